# The verdict's code is all that was captured of it: no queue identifier in what is not there.
protocol smtp
S 220 mx ESMTP
C EHLO c
S 250 mx
C MAIL FROM:<a@b>
S 250 ok
C RCPT TO:<c@d>
S 250 ok
C DATA
S 354 go
C x
C .
S|250
S? 20
C QUIT
S 221 bye
= message C 1 data accepted complete 3 code=250
end fin
