# With the DATA command the beginning of the message is missing: it is not passed off as whole.
protocol smtp
S 220 mx ESMTP
C EHLO c
S 250 mx
C MAIL FROM:<a@b>
S 250 ok
C RCPT TO:<c@d>
S 250 ok
C? 1466
S 354 go
C rest of the text
C .
S 250 queued as 12AB
= message C 1 data accepted partial 18 code=250
C MAIL FROM:<a@b>
S 250 ok
C RCPT TO:<c@d>
S 250 ok
C DATA
S 354 go
C x
C .
S 250 ok
= message C 2 data accepted complete 3
