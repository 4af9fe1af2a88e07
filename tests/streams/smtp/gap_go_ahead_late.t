# The 354 is missing and that is known only after the message was seen.
protocol smtp
S 220 mx ESMTP
C EHLO c
S 250 mx
C MAIL FROM:<a@b>
S 250 ok
C RCPT TO:<c@d>
S 250 ok
C DATA
C Subject: x
C
C text
C .
S? 37
S 250 queued as 7D08358C
= message C 1 data accepted complete 20 code=250
C QUIT
S 221 bye
= exchange 5 QUIT 221
= close smtp CLOSED quit
