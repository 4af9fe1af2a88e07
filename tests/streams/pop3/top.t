# TOP of part is a message of its own kind; who asks for 99999999 lines fetches the whole one.
protocol pop3
S +OK ready
C USER tim
S +OK
C PASS secret
S +OK
C LIST
S +OK
S 1 27
S 2 99
S .
C TOP 1 99999999
S +OK
S Subject: x
S
S one
S two
S
S .
C TOP 2 0
S +OK
S Subject: y
S
S .
C TOP 2
S -ERR how many?
C QUIT
S +OK
= message S 1 top retrieved complete 26 number=1 declared=27 lines=99999999
= message S 2 top retrieved complete 14 number=2 declared=99 lines=0
= exchange 6 TOP refuse
= mailbox "tim" messages=2 octets=126 retrieved=1 deleted=
