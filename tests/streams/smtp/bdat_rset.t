# RSET between chunks, and a chunk that is refused: the message never became whole.
protocol smtp
S 220 mx ESMTP
C EHLO c
S 250 mx
C MAIL FROM:<a@b>
S 250 ok
C RCPT TO:<c@d>
S 250 ok
C|BDAT 4\r\nx\r\n.
S 250 ok
C RSET
S 250 ok
= end C 1 partial 4
= message C 1 bdat incomplete partial 4
= state BDAT > READY
C MAIL FROM:<a@b>
S 250 ok
C RCPT TO:<c@d>
S 250 ok
C|BDAT 4\r\nx\r\n.
S 552 too big
C RSET
S 250 ok
= message C 2 bdat rejected partial 4 code=552
C QUIT
S 221 bye
= close smtp CLOSED quit commands=10 messages=2
