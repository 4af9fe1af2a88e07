# DATA without a recipient, and holes in the answer and behind it: the server refused it, no message.
protocol smtp
S 220 mx ESMTP
C EHLO c
S 250 mx
C MAIL FROM:<a@b>
S 552 5.3.4 Message size exceeds fixed limit
C DATA
S? 36
C? 6
S 250 2.0.0 Ok
C QUIT
S 221 bye
=! begin *
=! message *
= exchange 4 QUIT 221
= close smtp CLOSED quit commands=4 messages=0 *
