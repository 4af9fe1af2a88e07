# Replies are missing while a damaged message is sent, and it goes on all the same.
protocol smtp
S 220 mx ESMTP
C EHLO c
S 250 mx
C MAIL FROM:<a@b>
S 250 ok
C RCPT TO:<c@d>
S 250 ok
C DATA
S 354 go
C first
C? 200
S? 34
C still text
C|..dots\r\nlast\n.\r\n.\r\n
S 250 queued as 12AB
= message C 1 data accepted partial 34 missing=200 code=250
= body 1 "first\r\n[gap 200]still text\r\n.dots\r\nlast\n.\r\n"
C QUIT
S 221 bye
= exchange 5 QUIT 221
