# A server that gives up just behind a bare CR has not ended the message there.
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
C|Subject: x\r\n\r\nhi\r.\r
S 421 4.4.2 timeout
C more
C .
C QUIT
= message C 1 data deferred complete 25 code=421
= close smtp
