# The capture begins in the last lines of a message.
protocol smtp
midstream
C|end of text\r\n.\r\n
S 250 queued as 12AB
= message C 1 data accepted partial 13
C QUIT
S 221 bye
= exchange 1 QUIT 221
