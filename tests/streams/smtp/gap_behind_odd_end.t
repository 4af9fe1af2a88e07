# A hole behind what might have been an end of data: the verdict does not tell that it was one.
protocol smtp
S 220 mx ESMTP
C EHLO c
S 250 mx
C MAIL FROM:<a@example>
S 250 ok
C RCPT TO:<b@example>
S 250 ok
C DATA
S 354 go
C|Subject: x\r\n\r\na\r.\rc
C? 13
S 250 queued as 12AB
= message C 1 data accepted partial * missing=13 code=250
only message C 1
S 221 bye
