# Two chunks sent along with MAIL: none is a message's where MAIL is refused.
protocol smtp
S 220 mx ESMTP
C EHLO c
S 250-mx
S 250-PIPELINING
S 250 CHUNKING
C|MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nBDAT 4\r\nab\r\nBDAT 6 LAST\r\nQUIT\r\nNOOP\r\n
S 550 no
S 503 no
S 503 no
= exchange 4 BDAT 503
S 554 no
= exchange 5 BDAT 554
S 250 ok
= exchange 6 NOOP 250
C|MAIL FROM:<e@b>\r\nRCPT TO:<c@d>\r\nBDAT 4\r\nab\r\nBDAT 6 LAST\r\nQUIT\r\nNOOP\r\n
S 250 ok
S 250 ok
S 250 ok
S 250 queued as 1234
= message C 1 bdat accepted complete 10 code=250 from="e@b" to="c@d":250:accepted queue="1234"
S 250 ok
C QUIT
S 221 bye
= close smtp CLOSED quit commands=12 messages=1
