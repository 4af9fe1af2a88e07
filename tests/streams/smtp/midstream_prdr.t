# The capture begins behind the first of two recipients: the last verdicts are those of the last
# recipients, and the final reply is the message's.
protocol smtp
midstream
C RCPT TO:<z@y>
S 250 ok
C DATA
S 354 go
C hi
C .
S 353 content analysis has started
S 250 first ok
S 550 second no
S 250 OK id=1pAbCd-0001Ab-2C
= message C 1 data accepted complete 4 code=250 to="z@y":250:refused:550 queue="1pAbCd-0001Ab-2C"
C MAIL FROM:<a@b>
S 250 ok
C RSET
S 250 ok
C QUIT
S 221 bye
