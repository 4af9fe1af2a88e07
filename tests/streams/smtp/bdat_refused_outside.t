# A refused chunk outside of a transaction is no message; its bytes are on the wire all the same.
protocol smtp
S 220 mx ESMTP
C EHLO c
S 250 mx
C|BDAT 6 LAST\r\nQUIT\r\nNOOP\r\n
= note C sequence-error low "BDAT 6 LAST: RCPT comes first"
S 503 no
= exchange 2 BDAT 503
S 250 ok
= exchange 3 NOOP 250
C QUIT
S 221 bye
=! begin *
= close smtp CLOSED quit commands=4 messages=0
