# A hole on both sides, and the client waits for each answer behind it.
protocol pop3
S +OK pop3 ready
C USER a
S +OK
C PASS b
S +OK
C UIDL
C? 8
S? 20
C RETR 2
S +OK 14 octets
S Subject: two
S
S .
C RETR 3
= message S 1 retr retrieved complete * number=2
S +OK 16 octets
S Subject: three
S
S .
C QUIT
= message S 2 retr retrieved complete * number=3
S +OK bye
= close pop3 UPDATE quit commands=6 messages=2 *
