# Behind an ambiguous end the session goes over to TLS: nothing was injected.
protocol smtp
S 220 mx ESMTP
C EHLO c
S 250-mx
S 250 STARTTLS
C MAIL FROM:<a@b>
S 250 ok
C RCPT TO:<c@d>
S 250 ok
C DATA
S 354 go
C|hi\n.\nho\r\n.\r\n
S 250 ok 1
C STARTTLS
S 220 go
C|\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00
S|\x16\x03\x03\x00\x05\x02\x00\x00\x01\x00
= message C 1 data accepted complete 9
= state STARTTLS > TLS
=! note * injection
