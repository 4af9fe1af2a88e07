# Of a pipelined group's replies some are missing: those that can be told apart find their commands.
protocol smtp
S 220 mx ESMTP
C EHLO c
S 250 mx
C MAIL FROM:<a@b>
C RCPT TO:<c@d>
C RCPT TO:<e@f>
C DATA
S? 14
S 250 2.1.5 Ok
S 550 5.1.1 no
S 354 go
= exchange 2 MAIL unanswered
= exchange 3 RCPT 250
= exchange 4 RCPT 550
= exchange 5 DATA 354
C x
C .
S 250 queued as 12AB
= message C 1 data accepted complete 3 * to="c@d":250:accepted to="e@f":550:refused
C QUIT
S 221 bye
= exchange 6 QUIT 221
