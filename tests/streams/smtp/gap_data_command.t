# The segment with DATA is missing; the 354 tells that it was sent.
protocol smtp
S 220 mx ESMTP
C EHLO c
S 250 mx
C MAIL FROM:<a@b>
S 250 ok
C RCPT TO:<c@d>
S 250 ok
C? 6
S 354 go
= reply S 0 354 "354 go" unasked
= state RCPT > DATA
C azy dog, no header here
C .
S 250 queued as 12AB
= message C 1 data accepted complete 25 code=250 from="a@b" to="c@d":250:accepted queue="12AB"
C QUIT
S 221 bye
= exchange 4 QUIT 221
= close smtp CLOSED quit * missing=6 gaps=1
