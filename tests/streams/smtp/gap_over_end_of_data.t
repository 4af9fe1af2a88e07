# The end of the message is missing: the server's verdict tells that it is over, later mail is read.
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
C Subject: x
C
C|before
C? 30
S 250 queued as 12AB
= end C 1 partial 20
= message C 1 data accepted partial 20 missing=30 code=250 * queue="12AB"
C MAIL FROM:<a@b>
S 250 ok
= exchange 5 MAIL 250 READY > MAIL
C RCPT TO:<c@d>
S 250 ok
C DATA
S 354 go
C y
C .
S 250 ok
= message C 2 data accepted complete 3
C QUIT
S 221 bye
= close smtp CLOSED quit commands=8 messages=2
