# A smuggled mail that the receiver took: LF.CRLF, everything pipelined.
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
C|Subject: x\r\n\r\nhi\n.\r\nMAIL FROM:<evil@x>\r\nRCPT TO:<v@y>\r\nDATA\r\nSubject: y\r\n\r\nho\r\n.\r\nQUIT\r\n
S 250 ok 1
S 250 ok
S 250 ok
S 354 go
S 250 ok 2
S 221 bye
= note C smtp-eod-variant medium "LF.CRLF at byte 17 of the message"
= note C smtp-smuggling high "LF.CRLF: MAIL FROM:<evil@x> RCPT TO:<v@y>"
= note C smtp-smuggling-accepted critical "LF.CRLF: MAIL FROM:<evil@x> RCPT TO:<v@y>"
= cut 1 17
= end C 1 complete 17
= command C 5 MAIL "FROM:<evil@x>"
= message C 1 data accepted complete 17 code=250 from="a@b" to="c@d":250:accepted eod=LF.CRLF
= message C 2 data accepted complete 18 code=250 from="evil@x" to="v@y":250:accepted
= exchange 8 QUIT 221
= close smtp CLOSED quit commands=8 messages=2
