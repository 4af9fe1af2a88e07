# The capture begins within a group of commands: the first answer may be that of one before it.
protocol pop3
midstream
C RETR 2
C RETR 3
S +OK 3 octets
S a
S .
S +OK 3 octets
S b
S .
S +OK 3 octets
S c
S .
= exchange 1 RETR unanswered
= message S 1 retr retrieved complete 3 declared=3
=! message * number=
C QUIT
S +OK bye
= exchange 3 QUIT ok
