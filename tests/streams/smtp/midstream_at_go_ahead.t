# The capture begins with the 354.
protocol smtp
midstream
S 354 go
C Subject: x
C
C x
C .
S 250 queued as 12AB
= message C 1 data accepted complete 17
C QUIT
S 221 bye
= close smtp CLOSED quit
