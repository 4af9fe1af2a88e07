# EHLO and its reply are missing: two recipients and one verdict are SMTP.
protocol smtp
S 220 mx ready
C? 8
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
S 250 OK id=123
C QUIT
S 221 bye
= message C 1 data accepted complete 3 code=250 from="a@example" to="b@example":250:accepted to="c@example":250:accepted
= exchange 5 QUIT 221
= close smtp CLOSED quit
