# Commands and replies cut by the snaplen.
protocol smtp
S 220 mx ESMTP
C EHLO c
S 250 mx
C|MAIL FROM:<a@client.test> SIZ
C? 8
= command C 2 MAIL "FROM:<a@client.test> SIZ" torn
S 250 2.1.0 Ok
= exchange 2 MAIL 250
C RCPT TO:<c@d>
= command C 3 RCPT "TO:<c@d>"
S 250 2.1.5 Ok
C|da
C? 4
= command C 4 ? "da" unknown torn
S|354 End data with <CR>
S? 15
= exchange 4 ? 354
C Subject: x
C
C .
S|250 2.0.0 Ok: que
S? 17
= message C 1 data accepted complete 14 code=250
C QUIT
S 221 bye
= exchange 5 QUIT 221
