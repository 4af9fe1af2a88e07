# An empty message, lines of dots, lines that look like commands and replies.
protocol smtp
S 220 mx ESMTP
C EHLO c
S 250 mx
C MAIL FROM:<>
S 250 ok
C RCPT TO:<c@d>
S 250 ok
C DATA
S 354 go
C .
S 250 ok 1
= message C 1 data accepted complete 0 code=250 from="" to="c@d":250:accepted
C MAIL FROM:<>
S 250 ok
C RCPT TO:<c@d>
S 250 ok
C DATA
S 354 go
C ..
C ...
C .x
C QUIT
C 250 ok
C
C ..
C .
S 250 ok 2
= message C 2 data accepted complete 29
= body 2 ".\r\n..\r\nx\r\nQUIT\r\n250 ok\r\n\r\n.\r\n"
C QUIT
S 221 bye
= close smtp CLOSED quit commands=8 messages=2
