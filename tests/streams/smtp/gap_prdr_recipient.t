# PRDR, a RCPT is missing: the last reply is the final one, however many came before.
protocol smtp
S 220 mx ESMTP
C EHLO c
S 250-mx
S 250 PRDR
C MAIL FROM:<a@example> PRDR
S 250 OK
C? 20
S 250 OK
C RCPT TO:<c@example>
S 250 OK
C DATA
S 354 go
C x
C .
S 353 content analysis has started
S 250 b takes it
S 550 c does not
S 250 OK id=1234
C QUIT
S 221 bye
= message C 1 data accepted complete 3 code=250 * to="c@example":250:accepted
= exchange 5 QUIT 221
