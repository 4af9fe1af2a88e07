# The capture begins at a command of a client that waits: the answer is its own, all of it.
protocol pop3
midstream
C RETR 4
S +OK 14 octets
S Subject: one
S
S +OK is text here
S .
C QUIT
= message S 1 retr retrieved complete * number=4
= exchange 1 RETR ok
S +OK bye
= close pop3 UPDATE quit commands=2 messages=1
