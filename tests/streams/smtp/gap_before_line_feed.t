# A hole in the text ends in front of a line feed: its carriage return may lie in the hole.
protocol smtp
S 220 mx ESMTP
C EHLO c
S 250 mx
C MAIL FROM:<a@example>
S 250 2.1.0 Ok
C RCPT TO:<b@example>
S 250 2.1.5 Ok
C DATA
S 354 go
C|Subj
C? 7
C|\nmore\r\n.\r\n
=! note C bare-lf *
S 250 2.0.0 Ok
C QUIT
S 221 bye
