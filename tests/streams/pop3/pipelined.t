# The whole client side in one segment, the whole server side in another: answers pair in order.
protocol pop3
S +OK ready
C USER tim
C PASS secret
C STAT
C LIST
C UIDL
C RETR 1
C RETR 9
C TOP 2 1
C RETR 2
C DELE 1
C QUIT
S +OK
S +OK logged in
S +OK 2 60
S +OK 2 messages
S 1 24
S 2 36
S .
S +OK
S 1 aaa
S 2 bbb
S .
S +OK 24 octets
S Subject: a
S
S +OK text
S .
S -ERR no such message
S +OK
S Subject: b
S
S one
S .
S +OK
S Subject: b
S
S one
S two
S three
S .
S +OK deleted
S +OK bye
= reply S 0 ok "+OK ready" greeting
= command C 11 QUIT "" pipelined
= exchange 2 PASS ok AUTHORIZATION > TRANSACTION
= exchange 4 LIST ok * lines=2
= exchange 5 UIDL ok * lines=2
= message S 1 retr retrieved complete 24 number=1 declared=24 uid="aaa"
= body 1 "Subject: a\r\n\r\n+OK text\r\n"
= exchange 6 RETR ok
= exchange 7 RETR refuse
= message S 2 top retrieved complete 19 number=2 declared=36 lines=1 uid="bbb"
= message S 3 retr retrieved complete 31 number=2
= exchange 11 QUIT ok AUTHORIZATION > UPDATE
= mailbox "tim" messages=2 octets=60 retrieved=1,2 deleted=1 committed=yes
= close pop3 UPDATE quit commands=11 messages=3 login=yes
=! note * sequence-error
