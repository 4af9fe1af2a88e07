# The capture begins at DATA: as many verdicts as come, the last reply is the message's.
protocol smtp
midstream
C DATA
S 354 go
C hi
C .
S 353 content analysis has started
S 250 first ok
S 550 second no
S 250 OK id=1pAbCd-0001Ab-2C
= message C 1 data accepted complete 4 code=250 queue="1pAbCd-0001Ab-2C"
C QUIT
S 221 bye
= close smtp CLOSED quit
