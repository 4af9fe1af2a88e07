# The capture begins with the replies to a group, the go-ahead last: a message follows.
protocol smtp
midstream
S 250 2.1.5 Ok
S 354 End data with <CR><LF>.<CR><LF>
C From: <a@example>
C To: <b@example>
C
C x
C .
S 250 2.0.0 Ok: queued as 06EB75C7
= message C 1 data accepted * queue="06EB75C7"
C QUIT
S 221 bye
= exchange 1 QUIT 221
