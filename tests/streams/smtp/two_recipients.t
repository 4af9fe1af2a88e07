# One message, two recipients in one segment, the second refused.
protocol smtp
S 220 mx.example ESMTP Postfix
= open smtp
= reply S 0 220 "220 mx.example ESMTP Postfix" greeting
= state CONNECT > GREETED
C EHLO client.example
S 250-mx.example
S 250-PIPELINING
S 250 SIZE 10240000
= exchange 1 EHLO 250 GREETED > READY
C MAIL FROM:<a@client.example> SIZE=20
C RCPT TO:<b@mx.example>
C RCPT TO:<c@mx.example>
S 250 2.1.0 Ok
= exchange 2 MAIL 250 READY > MAIL
S 250 2.1.5 Ok
S 550 5.1.1 no such user
= exchange 4 RCPT 550
C DATA
S 354 go ahead
C Subject: dots
C
C ..one
C .
S 250 2.0.0 Ok: queued as 4F2A1
C QUIT
S 221 2.0.0 Bye
= message C 1 data accepted complete 23 code=250*to="b@mx.example":250:accepted to="c@mx.example":550:refused*queue="4F2A1"
= header 1 subject "dots"
= body 1 "Subject: dots\r\n\r\n.one\r\n"
=! note * sequence-error
= close smtp * quit commands=6 messages=1
