# PRDR: 353, one reply a recipient, the final one.
protocol smtp
S 220 mx ESMTP Exim
C EHLO c
S 250-mx
S 250 PRDR
C MAIL FROM:<a@client.test> PRDR
S 250 OK, PRDR Requested
C RCPT TO:<a@x>
S 250 Accepted
C RCPT TO:<no@x>
S 550 never
C RCPT TO:<b@x>
S 250 Accepted
C DATA
S 354 go
C x
C .
S 353 PRDR content analysis beginning
= reply S 0 353 * intermediate
S 250 PRDR R=<a@x> acceptance
= reply S 0 250 * intermediate
S 550 this user does not want it
= reply S 0 550 * intermediate
S 250 id=1xUqi9-0002tl-1Q message accepted for some recipients
= message C 1 data accepted complete 3 code=250 * to="a@x":250:accepted:250 to="no@x":550:refused to="b@x":250:refused:550 queue="1xUqi9-0002tl-1Q"
C QUIT
S 221 bye
= exchange 7 QUIT 221
= close smtp CLOSED quit
