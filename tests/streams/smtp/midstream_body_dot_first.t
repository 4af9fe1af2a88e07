# The capture begins in a message, with a dot that ends a line: no end of data, and no bare line feed.
protocol smtp
midstream
C|.\r\n00137 The quick brown fox.\r\n00138 The quick brown fox.\r\n00139 fox\r\n.\r\n
= begin C 1 data
S 250 2.0.0 Ok: queued as 7D08358C
= message C 1 data accepted partial *
C QUIT
S 221 bye
= close smtp CLOSED quit commands=1 messages=1
