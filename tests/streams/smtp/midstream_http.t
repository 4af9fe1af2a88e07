# The capture begins in the middle, with HTTP said to a mail server: no message, and it is told.
protocol smtp
midstream
C GET / HTTP/1.0
= note C not-a-mail-dialog
C Host: x
C User-Agent: y
C
S 220 mx ESMTP Postfix
= reply S 0 220 "220 mx ESMTP Postfix" greeting
S 221 2.7.0 Error: I can break rules, too. Goodbye.
=! message *
