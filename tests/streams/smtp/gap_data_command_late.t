# DATA is missing and the message is seen before the 354 is.
protocol smtp
S 220 mx ESMTP
C EHLO c
S 250 mx
C MAIL FROM:<a@b>
S 250 ok
C RCPT TO:<c@d>
S 250 ok
C? 6
C Subject: x
C
C text
C .
S 354 go
S 250 queued as 12AB
= message C 1 data accepted complete 20 code=250
C QUIT
S 221 bye
= exchange 4 QUIT 221
= close smtp CLOSED quit
