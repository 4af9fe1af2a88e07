# The line with BDAT is lost, the chunk and the answer to it are there: it tells that it was one.
protocol smtp
S 220 mx ESMTP
C EHLO c
S 250-mx
S 250 CHUNKING
C MAIL FROM:<a@b>
S 250 ok
C RCPT TO:<c@d>
S 250 ok
C? 12
C|Subject: x\r\n\r\nhello\r\n
S 250 2.0.0 Ok: 21 bytes queued as 4Z6kQx1vBkz4
= message C 1 bdat accepted partial 21 * queue="4Z6kQx1vBkz4"
C QUIT
S 221 bye
= exchange 4 QUIT 221
= close smtp CLOSED quit *
