# A second MAIL: refused, the recipients behind it belong to the first; accepted, it takes its place.
protocol smtp
S 220 mx ESMTP
C EHLO c
S 250 mx
C MAIL FROM:<one@b>
C MAIL FROM:<two@b>
= note C sequence-error low "MAIL FROM:<two@b>: not inside a transaction"
C RCPT TO:<r@x>
C DATA
S 250 ok
S 503 nested
S 250 ok
S 354 go
C x
C .
S 250 ok
= message C 1 data accepted complete 3 code=250 from="one@b" to="r@x":250:accepted
C MAIL FROM:<three@b>
S 250 ok
C MAIL FROM:<four@b>
S 250 ok
= state MAIL > MAIL illegal
C RCPT TO:<r@x>
S 250 ok
C DATA
S 354 go
C x
C .
S 250 ok
= message C 2 data accepted complete 3 code=250 from="four@b" to="r@x":250:accepted
C QUIT
S 221 bye
= close smtp CLOSED quit commands=10 messages=2
