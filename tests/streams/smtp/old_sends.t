# SEND, SOML and SAML begin a transaction like MAIL (RFC 821); VERB and ONEX change nothing.
protocol smtp
S 220 mx SMTP
C HELO c
S 250 mx
C VERB
S 250 ok
C ONEX
S 250 ok
C SOML FROM:<a@b>
S 250 ok
= state READY > MAIL
C RCPT TO:<c@d>
S 251 will forward
= exchange 5 RCPT 251 MAIL > RCPT
C DATA
S 354 go
C x
C .
S 250 ok
= message C 1 data accepted complete 3 code=250 from="a@b" to="c@d":251:accepted
C QUIT
S 221 bye
