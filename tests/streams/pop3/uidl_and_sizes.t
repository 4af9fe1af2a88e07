# UIDL and LIST, whole and for one message, name the messages that follow; RSET undoes.
protocol pop3
S +OK ready
C USER tim
S +OK
C PASS secret
S +OK
C LIST 2
S +OK 2 14
C UIDL 2
S +OK 2 uid-two
C RETR 2
S +OK
S Subject: two
S
S .
C UIDL
S +OK
S 1 uid-one
S 2 uid-two
S 3 uid-three
S .
C LIST
S +OK
S 1 100
S 2 16
S 3 300
S .
C RETR 3
S +OK 17 octets
S Subject: three
S
S .
C RETR 1
S +OK
S Subject: one
S
S .
C DELE 1
S +OK
C DELE 3
S +OK
C DELE 7
S -ERR no such message
C RSET
S +OK
C DELE 2
S +OK
C LAST
S +OK 3
C QUIT
S +OK
= message S 1 retr retrieved complete 16 number=2 declared=14 uid="uid-two"
= message S 2 retr retrieved complete 18 number=3 declared=17 uid="uid-three"
= message S 3 retr retrieved complete 16 number=1 declared=100 uid="uid-one"
= mailbox "tim" messages=3 octets=416 retrieved=1,2,3 deleted=2 committed=yes
