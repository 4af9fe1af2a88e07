# STARTTLS is lost, and a line feed stands in the ClientHello: it is read whole, as bytes, not as a line.
protocol smtp
S 220 mx ESMTP
C EHLO c
S 250-mx
S 250 STARTTLS
C? 10
S 220 2.0.0 Ready to start TLS
C|\x16\x03\x01\x00\x2f\x01\x00\x00\x2b\x03\x03aaaaaaaaaaaa\r\naaaaaaaaaaaaaaaaaa\x00\x00\x04\x00\x2f\x00\x35\x01\x00
S|\x15\x03\x01\x00\x02\x02\x28
= state STARTTLS > TLS
= tls starttls offered=0303 version=0000 cipher=0000 alert=40
= close smtp TLS
