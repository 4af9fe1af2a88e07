# The answer to RCPT, DATA itself; later the verdict and QUIT are missing: 354 and 221 answer neither.
protocol smtp
S 220 mx ESMTP
C EHLO c
S 250 mx
C MAIL FROM:<a@example>
S 250 2.1.0 Ok
C RCPT TO:<b@example>
S? 14
C? 6
S 354 go
= exchange 3 RCPT unanswered
= reply S 0 354 "354 go" unasked
C Subject: x
C .
S? 30
C? 6
S 221 2.0.0 Bye
= message C 1 data unknown complete 12 from="a@example" to="b@example":0:unknown
= close smtp CLOSED quit
