# 552 while the message is still being sent; the server reads on to the dot and says no more.
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
C first part
S 552 5.3.4 too big
C second part
C .
= message C 1 data rejected complete 25 code=552
C QUIT
S 221 bye
= exchange 5 QUIT 221
= close smtp CLOSED quit commands=5 messages=1
