# The summary is of the first message, not of a transaction before it that came to nothing.
protocol smtp
S 220 mx ESMTP
C HELO c
S 250 mx
C MAIL FROM:<a@b>
S 550 not you
C MAIL FROM:<e@f>
S 250 ok
C RCPT TO:<no@d>
S 550 not him
C RSET
S 250 ok
C MAIL FROM:<g@h>
S 250 ok
C RCPT TO:<c@d>
S 250 ok
C DATA
S 354 go
C .
S 250 ok
C QUIT
S 221 bye
= close smtp CLOSED quit commands=9 messages=1 * sender="g@h" recipient="c@d" first=accepted
