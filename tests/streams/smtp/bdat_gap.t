# A hole inside a chunk, and one that reaches beyond it.
protocol smtp
S 220 mx ESMTP
C EHLO c
S 250 mx
C MAIL FROM:<a@b>
S 250 ok
C RCPT TO:<c@d>
S 250 ok
C|BDAT 10\r\nfir
C? 3
C|stxy
S 250 ok
C|BDAT 10 LAST\r\nlast
C? 20
S 250 ok queued as 12AB
= end C 1 partial 11
= message C 1 bdat accepted partial 11 missing=9 code=250
= body 1 "fir[gap 3]stxylast[gap 6]"
C QUIT
S 221 bye
= exchange 6 QUIT 221
= close smtp CLOSED quit
