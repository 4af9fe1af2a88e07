# TURN refused, ETRN accepted: the roles stay.
protocol smtp
S 220 mx SMTP
C EHLO c
S 250 mx
C TURN
S 502 no
C ETRN c.test
S 250 queuing started
C ATRN c.test
S 453 no mail
C QUIT
S 221 bye
= exchange 5 QUIT 221
= close smtp CLOSED quit
