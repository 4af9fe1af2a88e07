# The handshake fails by an alert and the client goes on in clear: read on, and the login was in clear.
protocol smtp
S 220 mx ESMTP
C EHLO c
S 250-mx
S 250-STARTTLS
S 250 AUTH PLAIN
C STARTTLS
S 220 go
C|\x16\x03\x01\x00\x2f\x01\x00\x00\x2b\x03\x03aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\x00\x00\x04\x00\x2f\x00\x35\x01\x00
= state STARTTLS > TLS
S|\x15\x03\x01\x00\x02\x02\x28
= tls starttls offered=0303 version=0000 cipher=0000 alert=40
C EHLO c
= note * plaintext-after-starttls info
= state TLS > GREETED
S 250-mx
S 250 AUTH PLAIN
= exchange 3 EHLO 250 GREETED > READY
C AUTH PLAIN AGFubmEAc3ByaW5n
S 235 ok
= credential PLAIN success "anna" "spring" password command=4
C QUIT
S 221 bye
=! note * starttls-response-injection
=! note * sequence-error
= close smtp CLOSED quit commands=5
