# The server never greets: its first reply answers the client's first command.
protocol smtp
C HELLO 195.161.101.33
S 250 smtp.mail.ru is ready
= reply S 1 250 "250 smtp.mail.ru is ready"
C MAIL FROM:<a@server.ru>
S 250 OK
C RCPT TO:<b@server.ru>
S 250 OK
= exchange 3 RCPT 250
C DATA
S 354 go
C x
C .
S 250 OK
= message C 1 data accepted complete 3
C QUIT
S 221 bye
= close smtp CLOSED quit commands=5 messages=1
