# A server that answers 220 to everything, DATA included; no greeting by the client; windows-1251.
protocol smtp
S 220 smtp server ready
C mail from: ne_skagu@server.ru
S 220 ok
= note C sequence-error low "mail from: ne_skagu@server.ru: EHLO or HELO comes first"
= state GREETED > MAIL illegal
= exchange 1 MAIL 220
C rcpt to: poluchatel@server.ru
S 220 ok
= exchange 2 RCPT 220 MAIL > RCPT
C data
S 220 input your e-mail text
= exchange 3 DATA 220 RCPT > RCPT
C subject: =?windows-1251?b?z/Do4uXy?=
C
C|\xcf\xf0\xe8\xe2\xe5\xf2!\r\n
C .
S 220 message ok
= state RCPT > DATA
= begin C 1 data
= message C 1 data accepted complete 49 code=220 from="ne_skagu@server.ru" to="poluchatel@server.ru":220:accepted
= body 1 "subject: =?windows-1251?b?z/Do4uXy?=\r\n\r\n\xcf\xf0\xe8\xe2\xe5\xf2!\r\n"
C quit
= close smtp READY * commands=4 messages=1
