# The first command of a group is missing: whose the answers are can not be told, the messages can.
protocol pop3
S +OK POP3 ready
C USER tim
S +OK
C PASS secret
S +OK in
C? 8
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
= exchange 3 RETR unanswered
= message S 1 retr retrieved complete 3 declared=3
= message S 2 retr retrieved complete 3 declared=3
= message S 3 retr retrieved complete 3 declared=3
=! message * number=
C QUIT
S +OK bye
= exchange 5 QUIT ok
