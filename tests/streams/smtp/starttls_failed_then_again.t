# The handshake fails by an alert, and the client tries STARTTLS again: another handshake, no commands.
protocol smtp
S 220 mx ESMTP
C EHLO c
S 250-mx
S 250 STARTTLS
C STARTTLS
S 220 go
C|\x16\x03\x01\x00\x2f\x01\x00\x00\x2b\x03\x03aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\x00\x00\x04\x00\x2f\x00\x35\x01\x00
S|\x15\x03\x01\x00\x02\x02\x28
C EHLO c
S 250-mx
S 250 STARTTLS
= tls starttls offered=0303 version=0000 cipher=0000 alert=40
= note C plaintext-after-starttls info "" command=2
C STARTTLS
S 220 go
= exchange 4 STARTTLS 220 READY > STARTTLS
C|\x16\x03\x01\x00\x2f\x01\x00\x00\x2b\x03\x02aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\x00\x00\x04\x00\x2f\x00\x35\x01\x00
S|\x15\x03\x01\x00\x02\x02\x28
= state STARTTLS > TLS
= tls starttls offered=0302 version=0000 cipher=0000 alert=40
C QUIT
S 221 bye
= note C plaintext-after-starttls info "" command=4
= exchange 5 QUIT 221 GREETED > QUIT
=! note * nul-byte
=! note * not-a-mail-dialog
=! reply S 0 odd
= close smtp CLOSED quit commands=5
