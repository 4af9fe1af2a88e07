# A receiver that ends a message at a bare CR answers before anything stands behind it: its reading.
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
C|Subject: y\r\n\r\nho\r\n.\r
S 250-ok
S 250 2.0.0 Ok: queued as 4ABC
C QUIT
S 221 bye
= note C smtp-eod-variant medium "CRLF.CR at byte 18 of the message"
= end C 1 complete 18
= message C 1 data accepted complete 18 code=250 from="a@b" to="c@d":250:accepted queue="4ABC" eod=CRLF.CR
= exchange 5 QUIT 221
=! note C smtp-smuggling
= close smtp CLOSED quit commands=5 messages=1
