# PIPECONNECT: everything is sent before the banner, and MAIL is refused.
protocol smtp
C|EHLO c\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nBDAT 6 LAST\r\nabcd\r\n
S 220 mx ESMTP
S 250-mx
S 250-PIPECONNECT
S 250 CHUNKING
S 550 no
S 503 no
S 503 no
= exchange 4 BDAT 503
C QUIT
S 221 bye
=! begin *
=! message *
= close smtp CLOSED quit commands=5 messages=0
