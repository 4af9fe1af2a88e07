# DATA and its go-ahead are lost, the message ends with a dot: whatever words the answer has, no chunk ends so.
protocol smtp
S 220 mx ESMTP
C EHLO c
S 250 mx
C MAIL FROM:<a@b>
S 250 ok
C RCPT TO:<c@d>
S 250 ok
C? 6
S? 8
C Subject: x
C
C hi
C .
S 250 2.0.0 Ok: 18 bytes queued as 4Z6kQx1vBkz4
= message C 1 data accepted complete 18
C QUIT
S 221 bye
=! message C 1 bdat
= close smtp CLOSED quit
