# STARTTLS refused: the session goes on in clear.
protocol smtp
S 220 mx ESMTP
C EHLO c
S 250 mx
C STARTTLS
S 454 4.7.0 not now
= exchange 2 STARTTLS 454 READY > READY
C MAIL FROM:<a@b>
S 250 ok
= exchange 3 MAIL 250
C QUIT
S 221 bye
= close smtp CLOSED quit
