# LMTP, one reply to RCPT is missing: by the number of verdicts that recipient was refused.
protocol smtp
S 220 mx ready
C LHLO c
S 250 mx
C MAIL FROM:<a@example>
S 250 OK
C RCPT TO:<b@example>
S? 14
C RCPT TO:<c@example>
S 250 OK
C DATA
S 354 go
C x
C .
S 450 later
C QUIT
S 221 bye
= message C 1 data deferred complete 3 * to="b@example":0:unknown to="c@example":250:deferred:450
= exchange 6 QUIT 221
