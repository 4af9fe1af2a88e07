# The last recipient's reply is missing: the 354 is DATA's all the same.
protocol smtp
S 220 mx ESMTP
C EHLO c
S 250 mx
C MAIL FROM:<a@b>
C RCPT TO:<c@d>
C RCPT TO:<e@f>
C DATA
S 250 2.1.0 Ok
S 250 2.1.5 Ok
S? 14
S 354 go
= exchange 3 RCPT 250
= exchange 4 RCPT unanswered
= exchange 5 DATA 354
C x
C .
S 250 queued as 12AB
= message C 1 data accepted complete 3 * to="c@d":250:accepted to="e@f":0:unknown
C QUIT
S 221 bye
= exchange 6 QUIT 221
