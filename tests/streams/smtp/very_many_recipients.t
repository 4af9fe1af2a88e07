# More recipients than are listed.
protocol smtp
limit recipients=2
S 220 mx ESMTP
C EHLO c
S 250 mx
C MAIL FROM:<a@b>
C RCPT TO:<1@d>
C RCPT TO:<2@d>
C RCPT TO:<3@d>
C DATA
S*4 250 ok
S 354 go
C x
C .
S 250 ok
= message C 1 data accepted complete 3 code=250 from="a@b" to="1@d":250:accepted to="2@d":250:accepted recipients=3
