# The client gives up before its hello, by an alert; what both say then is clear text.
protocol smtp
S 220 mx ESMTP
C EHLO c
S 250-mx
S 250 STARTTLS
C STARTTLS
S 220 go
C|\x15\x03\x01\x00\x02\x02\x28
= state STARTTLS > TLS
= tls starttls offered=0000 version=0000 cipher=0000 alert=40
C EHLO c
= state TLS > GREETED
= command C 3 EHLO "c"
S 250 mx
= exchange 3 EHLO 250 GREETED > READY
C QUIT
S 221 bye
=! note * nul-byte
= close smtp CLOSED quit commands=4
