# The capture begins in the answer to CAPA: its lines are no message, whoever says them.
protocol pop3
midstream
S|OP\r\n
S UIDL
S RESP-CODES
S EXPIRENEVER
S SASL PLAIN LOGIN
S USER
S .
=! begin *
C USER tim
S +OK
C PASS x
S +OK
= credential USER/PASS success "tim" "x" password command=2
C QUIT
S +OK bye
= close pop3 UPDATE quit commands=3 messages=0 login=yes
