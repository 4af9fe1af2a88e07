# Commands were lost before the last message: a refused BDAT behind it is still no message.
protocol smtp
S 220 mx ESMTP
C EHLO c
S 250 mx
C? 10
S 250 2.0.0 Ok
C MAIL FROM:<a@example>
S 250 2.1.0 Ok
C RCPT TO:<b@example>
S 250 2.1.5 Ok
C DATA
S 354 go
C x
C .
S 250 2.0.0 Ok
C BDAT 3
C|abc
S 500 5.5.1 Invalid command
C QUIT
S 221 bye
= close smtp CLOSED quit commands=6 messages=1
