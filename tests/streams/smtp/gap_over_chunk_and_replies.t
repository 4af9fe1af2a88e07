# Chunk, QUIT and the first replies are lost: what the chunk was told is no answer to EHLO.
protocol smtp
S 220 mx ESMTP
C|EHLO c\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nBDAT 305 LAST\r\n
S? 90
C? 311
S 250-305 byte chunk, total 305
S 250 OK id=1xUr52-0000z1-2c
S 221 bye
=! exchange 1 EHLO 250
=! exchange 2 MAIL *221*
=! exchange * BDAT 221
=! exchange 3 RCPT 2*
= message C 1 bdat * partial *
= close smtp * messages=1 *
