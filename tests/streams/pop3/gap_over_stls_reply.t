# The answer to STLS is lost: what follows can be read neither as text nor as TLS.
protocol pop3
S +OK ready
C STLS
S? 20
C|\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00
S|\x16\x03\x03\x00\x04\x02\x00\x00\x00
= exchange 1 STLS unanswered AUTHORIZATION > AUTHORIZATION
= close pop3 AUTHORIZATION
=! note
=! tls
