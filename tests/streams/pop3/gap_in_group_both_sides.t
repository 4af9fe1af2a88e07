# A hole on both sides within a group: whether the client waited between them is not known.
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
C RETR 3
S +OK 14 octets
S Subject: one
S
S .
S +OK 14 octets
S Subject: two
S
S .
S +OK 16 octets
S Subject: three
S
S .
=! message * number=
C QUIT
S +OK bye
= exchange 6 QUIT ok
= close pop3 UPDATE quit commands=6 messages=3 *
