# The capture begins at the last command of a group: the first answer is that to a command before it.
protocol pop3
midstream
C RETR 4
S +OK 14 octets
S Subject: one
S
S .
S +OK 14 octets
S Subject: two
S
S .
C QUIT
= exchange 1 RETR unanswered
= message S 1 retr retrieved complete 16
=! message * number=4
= message S 2 retr retrieved complete 16
S +OK bye
= exchange 2 QUIT ok
= mailbox "" retrieved= deleted=
= close pop3 UPDATE quit commands=2 messages=2
