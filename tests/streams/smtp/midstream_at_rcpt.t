# The capture begins between commands.
protocol smtp
midstream
C|O:<cut@x>\r\n
S 250 2.1.5 Ok
= exchange 1 ? 250
C RCPT TO:<c@d>
S 250 2.1.5 Ok
= exchange 2 RCPT 250
C DATA
S 354 go
C x
C .
S 250 ok
= message C 1 data accepted complete 3 code=250 to="c@d":250:accepted
C QUIT
S 221 bye
=! note * sequence-error
= close smtp CLOSED quit
