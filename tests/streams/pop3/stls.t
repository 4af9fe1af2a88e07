# STLS agreed: the handshake is read, nothing else.
protocol pop3
S +OK ready
C CAPA
S +OK
S STLS
S TOP
S .
C STLS
S +OK begin TLS
C|\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00
S|\x16\x03\x03\x00\x04\x02\x00\x00\x00
only note
= exchange 2 STLS ok AUTHORIZATION > STLS
= state STLS > TLS
= tls starttls
= capabilities "STLS\nTOP"
= close pop3 TLS
