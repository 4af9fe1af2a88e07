# Only the client was captured: the strict reading, the attempt is told.
protocol smtp
unseen S
C EHLO c
C MAIL FROM:<a@b>
C RCPT TO:<c@d>
C DATA
C|hi\n.\nMAIL FROM:<e@x>\r\n\r\n.\r\n
C QUIT
= note C smtp-eod-variant medium "LF.LF at byte 3 of the message"
= note C smtp-smuggling high "LF.LF: MAIL FROM:<e@x>"
= end C 1 complete 24
= command C 5 QUIT
=! note * smtp-smuggling-accepted
