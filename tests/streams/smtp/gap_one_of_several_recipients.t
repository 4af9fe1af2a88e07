# Of a group's replies one in the middle is missing: those behind it answer the last commands.
protocol smtp
S 220 h LMTP
C LHLO c
S 250-h
S 250 PIPELINING
C MAIL FROM:<a@example>
C RCPT TO:<b@example>
C RCPT TO:<c@example>
C RCPT TO:<d@example>
C DATA
S 250 OK
S 250 OK
S? 14
S 550 no d
S 354 go
= exchange 2 MAIL 250
= exchange 3 RCPT 250
= exchange 4 RCPT unanswered
= exchange 5 RCPT 550
= exchange 6 DATA 354
C Subject: x
C .
S 250 <b@example> Saved
S 450 <c@example> full
= message C 1 data accepted complete 12 * to="b@example":250:accepted:250 to="c@example":0:deferred:450 to="d@example":550:refused
C QUIT
S 221 bye
= exchange 7 QUIT 221
