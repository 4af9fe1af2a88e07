# The verdict on the message is missing.
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
C x
C .
S? 30
C QUIT
S 221 bye
= message C 1 data unknown complete 3
= exchange 5 QUIT 221
= close smtp CLOSED quit
