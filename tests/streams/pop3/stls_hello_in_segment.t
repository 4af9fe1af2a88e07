# The handshake itself stands in the segment of STLS: early, but nothing in clear was injected.
protocol pop3
S +OK ready
C|STLS\r\n\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00
S +OK begin TLS
S|\x16\x03\x03\x00\x04\x02\x00\x00\x00
= state STLS > TLS
= tls starttls
= close pop3 TLS
=! note
