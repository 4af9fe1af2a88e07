# Only the handshake is missing: the first line is still the greeting.
protocol pop3
midstream
S +OK Dovecot ready. <1@x>
C USER tim
S +OK
C PASS secret
S +OK
C QUIT
S +OK
= reply S 0 ok "+OK Dovecot ready. <1@x>" greeting
= state CONNECT > AUTHORIZATION
= credential USER/PASS success "tim" "secret" password command=2
= close pop3 UPDATE quit
