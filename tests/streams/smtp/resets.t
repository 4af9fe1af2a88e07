# RSET, an accepted EHLO resets, a refused one does not; RCPT and DATA without what they need.
protocol smtp
S 220 mx ESMTP
C EHLO c
S 250 mx
C MAIL FROM:<a@b>
S 250 ok
C RCPT TO:<old@x>
S 250 ok
C RSET
S 250 ok
= state RCPT > READY
C RCPT TO:<x@x>
= note C sequence-error low "RCPT TO:<x@x>: MAIL comes first"
S 503 need MAIL
= exchange 5 RCPT 503 READY > READY
C MAIL FROM:<a@b>
S 250 ok
C EHLO again
S 500 no
C RCPT TO:<y@x>
S 250 ok
= exchange 8 RCPT 250 MAIL > RCPT
C EHLO again
S 250 mx
= state RCPT > READY
C DATA
= note C sequence-error low "DATA: RCPT comes first"
S 503 no
C MAIL FROM:<a@b>
S 250 ok
C RCPT TO:<z@x>
S 250 ok
C DATA
S 354 go
C x
C .
S 250 ok
= message C 1 data accepted complete 3 code=250 from="a@b" to="z@x":250:accepted
C QUIT
S 221 bye
= close smtp CLOSED quit commands=14 messages=1
