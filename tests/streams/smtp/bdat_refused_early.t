# The reply to BDAT LAST comes before its chunk is over.
protocol smtp
S 220 mx ESMTP
C EHLO c
S 250 mx
C MAIL FROM:<a@b>
S 250 ok
C RCPT TO:<c@d>
S 250 ok
C|BDAT 10 LAST\r\nfirst
S 552 too big
= exchange 4 BDAT 552
C|other
= end C 1 complete 10
= message C 1 bdat rejected complete 10 code=552
C QUIT
S 221 bye
= close smtp CLOSED quit commands=5 messages=1
