# LMTP with BDAT: the replies to the last chunk, one a recipient.
protocol smtp
S 220 mx LMTP
C LHLO c
S 250-mx
S 250 CHUNKING
C MAIL FROM:<a@b>
S 250 OK
C RCPT TO:<one@x>
S 250 OK
C RCPT TO:<two@x>
S 250 OK
C|BDAT 3\r\nabc
S 250 OK
C|BDAT 2 LAST\r\nde
S 550 5.7.1 one refuses
S 250 2.0.0 two took it
= message C 1 bdat accepted complete 5 code=250 * to="one@x":250:refused:550 to="two@x":250:accepted:250
C QUIT
S 221 bye
= exchange 7 QUIT 221
= close lmtp CLOSED quit
