# All replies to a group with DATA are lost, and the next command: six bytes are no message.
protocol smtp
S 220 mx ESMTP
C EHLO c
S 250-mx
S 250 PIPELINING
C|MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n
S? 120
C? 6
S 250 2.0.0 Ok
C QUIT
S 221 bye
=! begin *
=! message *
= exchange 5 QUIT 221
= close smtp CLOSED quit commands=5 messages=0 *
