# A hole in the message; the end and what follows are there.
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
C Subject: x
C
C|before
C? 1448
C|after\r\n.\r\n
S 250 queued as 12AB
= message C 1 data accepted partial 27 missing=1448 code=250 * queue="12AB"
= body 1 "Subject: x\r\n\r\nbefore[gap 1448]after\r\n"
C MAIL FROM:<a@b>
S 250 ok
= exchange 5 MAIL 250 READY > MAIL
C QUIT
S 221 bye
= close smtp CLOSED quit
