# DATA answered by neither 354 nor a refusal, and the client goes on with a command: no message.
protocol smtp
S 220 mx ESMTP
C HELO c
S 250 hi
C MAIL FROM:<a@b>
S 250 ok
C RCPT TO:<c@d>
S 250 ok
C DATA
S 250 what?
C RSET
S 250 ok
= exchange 5 RSET 250 RCPT > READY
C QUIT
S 221 bye
= close smtp CLOSED quit commands=6 messages=0
