# The line with DATA and the go-ahead are lost: an answer that counts no bytes leaves it at DATA.
protocol smtp
S 220 mx ESMTP
C EHLO c
S 250 mx
C MAIL FROM:<a@b>
S 250 ok
C RCPT TO:<c@d>
S 250 ok
C? 6
S? 14
C|Subject: x\r\n\r\nhello\r\n.\r\n
S 250 2.0.0 Ok: queued as 4Z6kQx1vBkz4
C QUIT
S 221 bye
= message C 1 data accepted *
= close smtp CLOSED quit *
