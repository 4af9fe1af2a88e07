# LMTP: the end of the message is lost; each recipient has its verdict all the same.
protocol smtp
S 220 mx LMTP
C LHLO c
S 250 mx
C MAIL FROM:<a@x>
S 250 ok
C RCPT TO:<b@x>
S 250 ok
C RCPT TO:<c@x>
S 250 ok
C DATA
S 354 go
C Subject: x
C? 30
S 250 b is fine
S 552 c is full
= message C 1 data accepted partial 12 missing=30 code=250 * to="b@x":250:accepted:250 to="c@x":250:refused:552
C QUIT
S 221 bye
= exchange 6 QUIT 221
= close lmtp CLOSED quit commands=6 messages=1
