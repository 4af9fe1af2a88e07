# The 354 is missing; the whole message is there.
protocol smtp
S 220 mx ESMTP
C EHLO c
S 250 mx
C MAIL FROM:<a@b>
S 250 ok
C RCPT TO:<c@d>
S 250 ok
C DATA
S? 37
C Subject: x
C
C text
C .
= exchange 4 DATA unanswered
S 250 2.0.0 Ok: queued as 7D08358C
= message C 1 data accepted complete 20 code=250 * queue="7D08358C"
C quit
S 221 bye
= exchange 5 QUIT 221
= close smtp CLOSED quit
