# The first commands of a group are missing: their replies come all the same, and are not DATA's.
protocol smtp
S 220 mx ESMTP
C EHLO c
S 250-mx
S 250 PIPELINING
C? 20
C RCPT TO:<b@example>
C DATA
S 250 OK
S 250 Accepted
S 550 no such user
S 354 go
= reply S 0 250 "250 OK" unasked
= reply S 0 250 "250 Accepted" unasked
= exchange 2 RCPT 550
= exchange 3 DATA 354
C Subject: x
C .
S 250 OK id=12345678
= message C 1 data accepted complete 12 * to="b@example":550:refused
C? 60
C DATA
S 250 OK
S 250 Accepted
S 354 go
= exchange 4 DATA 354
C Subject: y
C .
S 250 OK id=12345679
= message C 2 data accepted complete 12
C QUIT
S 221 bye
= exchange 5 QUIT 221
