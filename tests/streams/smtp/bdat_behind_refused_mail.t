# A chunk sent along with MAIL: no message where MAIL is refused, one where it is accepted.
protocol smtp
S 220 mx ESMTP
C EHLO c
S 250-mx
S 250-PIPELINING
S 250 CHUNKING
C|MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nBDAT 6 LAST\r\nQUIT\r\n
S 550 no
S 503 no
S 503 no
= exchange 4 BDAT 503
C|MAIL FROM:<e@b>\r\nRCPT TO:<c@d>\r\nBDAT 6 LAST\r\nNOOP\r\n
S 250 ok
= begin C 1 bdat
= end C 1 complete 6
= state READY > MAIL
S 250 ok
S 250 queued as 1234
= message C 1 bdat accepted complete 6 code=250 from="e@b" to="c@d":250:accepted queue="1234"
C|MAIL FROM:<f@b>\r\nRCPT TO:<c@d>\r\nBDAT 3\r\nabc
S? 20
= begin C 2 bdat
S 250 ok
C QUIT
S 221 bye
= message C 2 bdat incomplete
= close smtp CLOSED quit commands=11 messages=2
