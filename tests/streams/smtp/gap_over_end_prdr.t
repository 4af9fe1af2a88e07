# The end of the message is lost; the 353 tells that a verdict for each recipient follows, then the final one.
protocol smtp
S 220 mx
C EHLO c
S 250-mx
S 250 PRDR
C MAIL FROM:<a@x> PRDR
S 250 ok
C RCPT TO:<b@x>
S 250 ok
C RCPT TO:<c@x>
S 250 ok
C DATA
S 354 go
C Subject: x
C? 30
S 353 content analysis beginning
S 250 b is fine
S 550 c does not want it
S 250 id=1xUqi9-0002tl-1Q accepted for some
= message C 1 data accepted partial 12 missing=30 code=250 from="a@x" parameters="PRDR" to="b@x":250:accepted:250 to="c@x":250:refused:550 queue="1xUqi9-0002tl-1Q"
C QUIT
S 221 bye
= exchange 6 QUIT 221
= close smtp CLOSED quit commands=6 messages=1
