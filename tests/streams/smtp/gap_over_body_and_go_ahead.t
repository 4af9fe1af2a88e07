# The message and the go-ahead are lost: the verdict is no answer to DATA.
protocol smtp
S 220 mx ESMTP
C EHLO c
S 250 mx
C MAIL FROM:<a@b>
S 250 ok
C RCPT TO:<c@d>
S 250 ok
C DATA
C? 196
S? 37
S 250 2.0.0 Ok: queued as E177A25C
= exchange 4 DATA unanswered
= message C 1 data accepted partial * queue="E177A25C"
C QUIT
S 221 bye
= exchange 5 QUIT 221
= close smtp CLOSED quit *
