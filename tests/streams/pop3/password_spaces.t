# All behind "PASS " is the password; a second login is told too.
protocol pop3
S +OK
C user alice
S +OK
C pass  two  words 
S -ERR no
C USER bob
S +OK
C PASS
S -ERR no
C PASS last
S +OK
= command C 2 PASS " two  words " secret=" two  words "
= credential USER/PASS failure "alice" " two  words " password command=2
= credential USER/PASS failure "bob" "" password command=4
= credential USER/PASS success "bob" "last" password command=5
= close pop3 TRANSACTION capture_end * login=yes user="bob"
