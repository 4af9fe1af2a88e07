# Chunks that cut lines, hold dots and commands; BDAT 0 LAST ends; then all in one segment with QUIT.
protocol smtp
S 220 mx ESMTP
C EHLO c
S 250-mx
S 250-PIPELINING
S 250 CHUNKING
C MAIL FROM:<a@client.test>
C RCPT TO:<b@lab.test>
S 250 2.1.0 Ok
S 250 2.1.5 Ok
C|BDAT 10\r\nSubject: x
= begin C 1 bdat
S 250 2.0.0 Ok: 10 bytes
= state RCPT > BDAT
C|BDAT 23\r\n\r\n\r\n.dot\r\n.\r\nQUIT\r\nBDAT
S 250 2.0.0 Ok: 23 bytes
C BDAT 0 LAST
= end C 1 complete 33
S 250 2.0.0 Ok: 33 bytes queued as 36B44328
= message C 1 bdat accepted complete 33 code=250 * from="a@client.test" to="b@lab.test":250:accepted queue="36B44328"
= body 1 "Subject: x\r\n\r\n.dot\r\n.\r\nQUIT\r\nBDAT"
= state BDAT > READY
C|MAIL FROM:<b@client.test>\r\nRCPT TO:<b@lab.test>\r\nBDAT 5 LAST\r\na\0b\r\nQUIT\r\n
= end C 2 complete 5
S 250 ok
S 250 ok
S 250 ok queued as 36FC0329
S 221 bye
= message C 2 bdat accepted complete 5
= body 2 "a\x00b\r\n"
= close smtp CLOSED quit commands=10 messages=2
