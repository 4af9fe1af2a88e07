# The capture begins in a message, between CR and LF: that is no bare line feed.
protocol smtp
midstream
C|\n00137 The quick brown fox.\r\n00138 The quick brown fox.\r\n00139 fox\r\n.\r\n
S 250 2.0.0 Ok: queued as 7D08358C
=! note * bare-lf
= message C 1 data accepted partial *
C QUIT
S 221 bye
= close smtp CLOSED quit commands=1 messages=1
