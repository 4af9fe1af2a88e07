# The hole holds the end of the message: the next command tells that it is over.
protocol pop3
S +OK ready
C USER tim
S +OK
C PASS secret
S +OK
C RETR 1
S +OK 60 octets
S Subject: a
S
S|first li
S? 60
C DELE 1
S +OK deleted
C RETR 2
S +OK 14 octets
S Subject: b
S
S .
C QUIT
S +OK bye
= message S 1 retr incomplete partial 22 missing=60 number=1 declared=60
= exchange 3 RETR ok
= exchange 4 DELE ok
= message S 2 retr retrieved complete 14 number=2
= mailbox "tim" retrieved=2 deleted=1 committed=yes
