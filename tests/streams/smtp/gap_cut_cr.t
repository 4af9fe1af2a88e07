# A line breaks off between CR and LF: the CR is no part of it, and no bare one.
protocol smtp
S 220 mx ESMTP
C EHLO c
S 250 mx
C|MAIL FROM:<a@example>\r
C? 1
= command C 2 MAIL "FROM:<a@example>" torn
S 250 ok
= exchange 2 MAIL 250
C QUIT
S 221 bye
=! note *
