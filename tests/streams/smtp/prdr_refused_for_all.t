# PRDR where the final reply refuses.
protocol smtp
S 220 mx ESMTP Exim
C EHLO c
S 250 mx
C MAIL FROM:<a@client.test> PRDR
S 250 OK
C RCPT TO:<a@x>
S 250 Accepted
C DATA
S 354 go
C x
C .
S 353 beginning
S 550 no
S 550 rejected for all
= message C 1 data rejected complete 3 code=550 * to="a@x":250:refused:550
C QUIT
S 221 bye
= exchange 5 QUIT 221
