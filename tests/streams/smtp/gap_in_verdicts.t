# LMTP, a verdict in the middle is missing: those that name their recipient are placed, no other.
protocol smtp
S 220 mx ready
C LHLO c
S 250 mx
C MAIL FROM:<a@example>
S 250 OK
C RCPT TO:<b@example>
S 250 OK
C RCPT TO:<c@example>
S 250 OK
C RCPT TO:<d@example>
S 250 OK
C DATA
S 354 go
C x
C .
S 250 <b@example> Saved
S? 30
S 450 <d@example> full
C QUIT
S 221 bye
= message C 1 data accepted complete 3 * to="b@example":250:accepted:250 to="c@example":250:accepted to="d@example":250:deferred:450
= exchange 7 QUIT 221
