# LMTP, a RCPT is missing: its verdict comes all the same, and is not the next one's.
protocol smtp
S 220 mx ready
C LHLO c
S 250 mx
C MAIL FROM:<a@example>
S 250 OK
C? 20
S 250 OK
C RCPT TO:<c@example>
S 250 OK
C DATA
S 354 go
C x
C .
S 250 <b@example> Saved
S 450 <c@example> full
C QUIT
S 221 bye
= message C 1 data accepted complete 3 * to="c@example":250:deferred:450
= exchange 5 QUIT 221
