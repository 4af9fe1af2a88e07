# LHLO to a server that only speaks SMTP.
protocol smtp
S 220 mx ESMTP
C LHLO c
S 500 unknown
C EHLO c
S 250 mx
C MAIL FROM:<a@b>
S 250 ok
C RCPT TO:<c@d>
S 250 ok
C RCPT TO:<e@f>
S 250 ok
C DATA
S 354 go
C x
C .
S 250 ok
= message C 1 data accepted complete 3
C QUIT
S 221 bye
= close smtp CLOSED quit
