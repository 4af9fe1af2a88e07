# A BDAT command is missing with its chunk, the first or a later one: the message is not whole.
protocol smtp
S 220 mx ESMTP
C EHLO c
S 250 mx
C MAIL FROM:<a@example>
S 250 2.1.0 Ok
C RCPT TO:<b@example>
S 250 2.1.5 Ok
C|BDAT 5\r\nabcde
S 250 2.0.0 Ok: 5 bytes
C? 18
S 250 2.0.0 Ok: 9 bytes
C|BDAT 3 LAST\r\nxyz
S 250 2.0.0 Ok: queued as 7D08358C
= message C 1 bdat accepted partial 8 * queue="7D08358C"
C MAIL FROM:<a@example>
S 250 2.1.0 Ok
C RCPT TO:<b@example>
S 250 2.1.5 Ok
C? 18
S 250 2.0.0 Ok: 9 bytes
C|BDAT 3 LAST\r\nxyz
S 250 2.0.0 Ok: queued as 7D08358D
= message C 2 bdat accepted partial 3 *
C MAIL FROM:<a@example>
S 250 2.1.0 Ok
C RCPT TO:<b@example>
S 250 2.1.5 Ok
C|BDAT 3 LAST\r\nxyz
S 250 2.0.0 Ok: queued as 7D08358E
= message C 3 bdat accepted complete 3 *
