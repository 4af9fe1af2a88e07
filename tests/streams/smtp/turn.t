# TURN swaps the roles: the other end greets and takes the mail (RFC 821 3.8).
protocol smtp
S 220 mx SMTP
C HELO c
S 250 mx
C TURN
S 250 ok
= state READY > CONNECT
= exchange 2 TURN 250
C 220 c SMTP
= reply C 0 220 "220 c SMTP" greeting
S HELO mx
= command S 3 HELO "mx"
C 250 c
S MAIL FROM:<a@mx>
C 250 ok
S RCPT TO:<b@c>
C 250 ok
S DATA
C 354 go
S Subject: back
S
S .
C 250 queued as 99AB
= message S 1 data accepted complete 17 code=250 from="a@mx" to="b@c":250:accepted queue="99AB"
S QUIT
C 221 bye
= exchange 7 QUIT 221
= close smtp CLOSED quit commands=7 messages=1
