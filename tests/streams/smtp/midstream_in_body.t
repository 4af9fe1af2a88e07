# The capture begins in the middle of a message.
protocol smtp
midstream
C|og.\r\n00053 The quick brown fox\r\n..00054 dots\r\n
= begin C 1 data
C|00055 last\r\n.\r\n
S 250 2.0.0 Ok: queued as 7D08358C
= end C 1 partial 57
= message C 1 data accepted partial 57 code=250 * queue="7D08358C"
C quit
= command C 1 QUIT ""
S 221 2.0.0 Bye
= close smtp CLOSED quit commands=1 messages=1
