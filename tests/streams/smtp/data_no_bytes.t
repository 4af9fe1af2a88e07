# 354, and then nothing: no message.
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
=! begin *
= close smtp DATA capture_end commands=4 messages=0
