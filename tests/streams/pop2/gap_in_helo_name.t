# The beginning of HELO is lost: the rest of the line is the password's. Its answer tells that it was HELO.
protocol pop2
S + POP2 x
C? 10
C|Wonder1and\r\n
S #1 messages in alice
C READ
S =5 characters in message 1
C QUIT
S + bye
= command C 1 ? "Wonder1and" unknown torn secret="Wonder1and"
= credential HELO success "" "" malformed command=1
= state AUTH > MBOX
= exchange 2 READ ok MBOX > ITEM
=! note * sequence-error
= close pop2 DONE quit commands=3 messages=0
