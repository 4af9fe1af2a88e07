# Of a path, a name, a queue id that breaks off in a hole, no piece is told as a fact.
protocol smtp
S 220 mx ESMTP
C|EHLO clie
C? 8
S 250 mx
C|MAIL FROM:<a@cli
C? 10
S 250 2.1.0 Ok
C RCPT TO:<whole@example>
S 250 2.1.5 Ok
C|RCPT TO:<b@ex
C? 8
S 250 2.1.5 Ok
C|RCPT TO:<closed@example> NOT
C? 9
S 250 2.1.5 Ok
C DATA
S 354 go
C Subject: x
C .
S|250 2.0.0 Ok: queued as 7D08
S? 6
= message C 1 data accepted complete 12 code=250 enhanced=2.0.0 to="whole@example":250:accepted to="":250:accepted to="closed@example":250:accepted
=! message C 1 data accepted complete 12 * queue=*
C QUIT
S 221 bye
=! close smtp * client="clie*
