# A login inside a transaction, refused: the transaction goes on where it was. DATA behind BDAT is no order either.
protocol smtp
S 220 mx ESMTP
C EHLO c
S 250-mx
S 250-CHUNKING
S 250 AUTH PLAIN
C MAIL FROM:<a@b>
S 250 ok
C RCPT TO:<c@d>
S 250 ok
C AUTH PLAIN AGFubmEAc3ByaW5n
= note C sequence-error low "AUTH PLAIN: not inside a transaction" command=4
S 503 5.5.1 not now
C AUTH PLAIN
S 334 
= state RCPT > AUTH illegal
C AGFubmEAc3ByaW5n
S 535 no
= state AUTH > RCPT
C|BDAT 4\r\nabc\n
S 250 4 octets
C DATA
= note C sequence-error low "DATA: not behind BDAT" command=7
S 503 5.5.1 no
C BDAT 0 LAST
S 250 ok
= message C 1 bdat accepted complete 4 code=250
C QUIT
S 221 bye
= close smtp CLOSED quit
