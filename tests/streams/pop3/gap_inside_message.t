# A hole in the middle of a message: counted where it is, and the dialog goes on behind it.
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
S? 20
S|rest of a line\r\n+OK looks like a reply\r\n.\r\n
C DELE 1
S +OK deleted
C QUIT
S +OK bye
= gap S 20
= message S 1 retr retrieved partial 62 missing=20 number=1 declared=60
= body 1 "Subject: a\r\n\r\nfirst li[gap 20]rest of a line\r\n+OK looks like a reply\r\n"
= exchange 3 RETR ok
= exchange 4 DELE ok
= mailbox "tim" retrieved=1 deleted=1 committed=yes
=! note * size-mismatch
