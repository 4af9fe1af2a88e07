# The server answers the ClientHello with an alert and nothing else: TLS that failed, no injection.
protocol pop3
S +OK hi
C STLS
S +OK go
C|\x16\x03\x01\x00\x2f\x01\x00\x00\x2b\x03\x03aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\x00\x00\x04\x00\x2f\x00\x35\x01\x00
= state * > TLS
S|\x15\x03\x01\x00\x02\x02\x28
= tls starttls offered=0303 version=0000 cipher=0000 alert=40
S! fin
=! note *
= close pop3 TLS
