# From the middle of one message to the middle of the next: neither is whole, the third one is.
protocol smtp
S 220 mx ESMTP
C EHLO c
S 250 mx
C MAIL FROM:<a@b>
S 250 ok
C RCPT TO:<c@d>
S 250 ok
C DATA
S 354 go
C first
C? 200
S 250 queued as 12AB
= message C 1 data accepted partial 7
S 250 ok
S 250 ok
S 354 go
C second
C .
S 250 queued as 12AC
= message C 2 data accepted partial 8
C MAIL FROM:<a@b>
S 250 ok
C RCPT TO:<c@d>
S 250 ok
C DATA
S 354 go
C x
C .
S 250 ok
= message C 3 data accepted complete 3
=! note * sequence-error
