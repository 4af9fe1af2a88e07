# The message and its verdict are lost: that the next command is not known is no verdict on it.
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
C? 183
S? 50
C XFOO
S 500 5.5.1 Invalid command: Command unrecognized
C QUIT
S 221 bye
= message C 1 data unknown partial *
= exchange 5 QUIT 221
=! note * message-refused *
=! message * code=500 *
