# A client that waits for each reply: the one after a lost reply is not the lost command's.
protocol smtp
S 220 mx ESMTP
C EHLO c
S 250 mx
C MAIL FROM:<a@b>
S? 10
C RCPT TO:<c@d>
S 550 no such user
= exchange 2 MAIL unanswered
= exchange 3 RCPT 550
C RSET
S 250 ok
= exchange 4 RSET 250
C QUIT
S 221 bye
= exchange 5 QUIT 221
