# STLS is missing, its answer tells of it: the handshake is no command.
protocol pop3
S +OK ready
C CAPA
S +OK
S STLS
S .
C? 6
S +OK Begin TLS negotiation now.
C|\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00
S|\x16\x03\x03\x00\x04\x02\x00\x00\x00
= state STLS > TLS
=! command C 2 *
=! note *
= close pop3 TLS
