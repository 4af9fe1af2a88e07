# Without a SYN: a PROXY header, version 2, is no message's text.
protocol smtp
midstream
C|\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\xcb\0\x71\x4d\xc0\0\x02\x19\x9c\x41\0\x19
= note C proxy-header
S 220 mx ESMTP Postfix
C EHLO c
S 250 mx
= exchange 1 EHLO 250
C QUIT
S 221 bye
=! message *
