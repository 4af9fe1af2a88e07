# A misspelt greeting that the server accepts: the session goes on and says so.
protocol smtp
S 220 smtp.mail.ru ESMTP ready
C HELLO 195.161.101.33
S 250 smtp.mail.ru is ready
= command C 1 ? "HELLO 195.161.101.33" unknown
= state GREETED > READY illegal
= exchange 1 ? 250
C MAIL FROM:<ne_skagu@server.ru>
S 250 OK
C RCPT TO:<poluchatel@server.ru>
S 250 OK
C DATA
S 354 Start mail input
C From: a@server.ru
C Subject: two blank lines
C
C
C text
C .
S 250 OK
= message C 1 data accepted complete 55 code=250 from="ne_skagu@server.ru" to="poluchatel@server.ru":250:accepted
= header 1 subject "two blank lines"
= body 1 "From: a@server.ru\r\nSubject: two blank lines\r\n\r\n\r\ntext\r\n"
C QUIT
S 221 smtp.mail.ru closing
=! note * sequence-error
=! note * early-talker
= close smtp CLOSED quit commands=5 messages=1*client="195.161.101.33"
