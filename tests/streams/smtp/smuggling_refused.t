# The same, and the receiver read on to the strict end.
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
C|Subject: x\r\n\r\nhi\n.\r\nMAIL FROM:<evil@x>\r\nRCPT TO:<v@y>\r\nDATA\r\nSubject: y\r\n\r\nho\r\n.\r\n
S 250 ok 1
C QUIT
S 221 bye
= note C smtp-eod-variant medium "LF.CRLF at byte 17 of the message"
= note C smtp-smuggling high "LF.CRLF: MAIL FROM:<evil@x> RCPT TO:<v@y>"
= message C 1 data accepted complete 79 code=250 from="a@b" to="c@d":250:accepted
= exchange 5 QUIT 221
=! cut *
=! note * smtp-smuggling-accepted
= close smtp CLOSED quit commands=5 messages=1
