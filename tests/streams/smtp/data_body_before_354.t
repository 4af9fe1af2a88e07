# The client sends the message without waiting for the go-ahead (a spam program).
protocol smtp
S 220 mx ESMTP
C HELO c
S 250 hi
C MAIL FROM:<a@b>
S 250 ok
C RCPT TO:<c@d>
S 250 ok
C DATA
C Subject: hasty
C
C x
C .
C QUIT
S 354 go
= exchange 4 DATA 354 RCPT > DATA
= begin C 1 data
= command C 5 QUIT "" pipelined
S 250 queued as 12345
= message C 1 data accepted complete 21 code=250 * queue="12345"
S 221 bye
= exchange 5 QUIT 221
= close smtp CLOSED quit commands=5 messages=1
