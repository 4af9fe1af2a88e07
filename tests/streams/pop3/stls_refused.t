# STLS refused: the held commands are commands after all, the session goes on in clear.
protocol pop3
S +OK ready
C STLS
C USER tim
S -ERR not here
S +OK
C PASS secret
S +OK
C QUIT
S +OK bye
= exchange 1 STLS refuse AUTHORIZATION > AUTHORIZATION
= command C 2 USER "tim"
= credential USER/PASS success "tim" "secret" password command=3
= close pop3 UPDATE quit
