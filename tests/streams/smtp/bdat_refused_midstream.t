# The capture begins with a chunk that the server refuses as out of order: it belongs to no message.
protocol smtp
midstream
C|BDAT 6 LAST\r\nQUIT\r\nNOOP\r\n
S 503 5.5.1 no transaction
= exchange 1 BDAT 503
S 250 ok
= exchange 2 NOOP 250
C|BDAT 4 LAST\r\nabcd
S 250 queued
= message C 1 bdat accepted partial 4 code=250
C QUIT
S 221 bye
= close smtp CLOSED quit commands=4 messages=1
