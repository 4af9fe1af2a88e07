# Only the handshake is missing.
protocol smtp
midstream
S 220 mx ESMTP
= reply S 0 220 "220 mx ESMTP" greeting
C EHLO c
S 250 mx
= exchange 1 EHLO 250 GREETED > READY
C QUIT
S 221 bye
= close smtp CLOSED quit
