# The capture ends before anything is answered: the chunk is a message that is not whole.
protocol smtp
C|EHLO c\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nBDAT 600 LAST\r\nabcd\r\n
S 220 mx ESMTP
= begin C 1 bdat
= message C 1 bdat incomplete partial 6 from="a@b" to="c@d":0:unknown
= close smtp GREETED capture_end
