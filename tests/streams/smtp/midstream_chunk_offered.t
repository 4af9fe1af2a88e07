# The capture begins with a group; that a server offers CHUNKING is not what it says of a chunk.
protocol smtp
midstream
C|EHLO c\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nBDAT 5 LAST\r\n
S 250-mx
S 250-CHUNKING
S 250 HELP
S 250 OK
S 250 Accepted
C|abc\r\nQUIT\r\n
S 250-5 byte chunk, total 5
S 250 OK id=1xUr52-0000z1-2c
S 221 bye
= exchange 1 EHLO 250
= message C 1 bdat accepted complete 5 * queue="1xUr52-0000z1-2c"
= exchange 4 BDAT 250
= exchange 5 QUIT 221
= close smtp CLOSED quit commands=5 messages=1 *
