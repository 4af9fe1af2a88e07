# A hole in the middle of a line: what follows it is the rest, no command.
protocol smtp
S 220 mx ESMTP
C EHLO c
S 250 mx
C|MAIL FROM:<a@cli
C? 5
C|est> SIZE=100\r\n
S 250 ok
= command C 2 MAIL "FROM:<a@cli" torn
= command C 0 ? "est> SIZE=100" data torn
= exchange 2 MAIL 250
C QUIT
S 221 bye
= exchange 3 QUIT 221
