# The end of the message and the verdict on it are missing: the next command is no text of it.
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
S? 34
C MAIL FROM:<e@f>
= message C 1 data unknown partial 7 missing=200 from="a@b"
= command C 5 MAIL "FROM:<e@f>"
S 250 2.1.0 Ok
= exchange 5 MAIL 250 READY > MAIL
C RCPT TO:<c@d>
S 250 ok
C DATA
S 354 go
C x
C? 100
C more text
C .
S? 10
S 250 queued as 12AB
= message C 2 data accepted partial 14 missing=100 code=250
C QUIT
S 221 bye
= exchange 8 QUIT 221
