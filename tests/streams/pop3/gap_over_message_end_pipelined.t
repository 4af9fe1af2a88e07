# The same from a client that does not wait: the reply that stands in the message is the next one's.
protocol pop3
S +OK ready
C USER tim
C PASS secret
S +OK
S +OK
C RETR 1
C DELE 1
S +OK 40 octets
S Subject: a
S
S|first li
S? 60
S|tail\r\n+OK deleted\r\n
C QUIT
S +OK bye
= message S 1 retr incomplete partial 28 missing=60 number=1 declared=40
= body 1 "Subject: a\r\n\r\nfirst li[gap 60]tail\r\n"
= exchange 3 RETR ok
= reply S 4 ok "+OK deleted"
= exchange 4 DELE ok
= mailbox "tim" retrieved= deleted=1 committed=yes
