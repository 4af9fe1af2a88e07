# A line of 998 bytes is allowed, one of 999 is not (RFC 5322 2.1.1).
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
C*998|y
C|\r\n.\r\n
S 250 ok
= message C 1 data accepted complete 1000
C MAIL FROM:<a@b>
S 250 ok
C RCPT TO:<c@d>
S 250 ok
C DATA
S 354 go
C*999|y
C|\r\nshort\r\n.\r\n
S 250 ok
only note
= note C line-too-long low "a line of 1001 bytes with CRLF"
= message C 2 data accepted complete 1008
