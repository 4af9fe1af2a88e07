# The reply to LHLO is missing: nobody else says LHLO.
protocol smtp
S 220 mx ready
C LHLO c
S? 60
C MAIL FROM:<a@example>
S 250 OK
C RCPT TO:<b@example>
S 250 OK
C RCPT TO:<c@example>
S 250 OK
C DATA
S 354 go
C x
C .
S 250 one
S 450 two
= message C 1 data accepted complete 3 * to="b@example":250:accepted:250 to="c@example":250:deferred:450
C QUIT
S 221 bye
= close lmtp CLOSED quit
