# The end of the message is lost with its segment; the next byte captured is the next reply's.
protocol pop3
S +OK ready
C USER tim
C PASS secret
S +OK
S +OK
C RETR 1
C DELE 1
S +OK
S Subject: a
S
S? 60
S +OK deleted
C QUIT
S +OK bye
= body 1 "Subject: a\r\n\r\n[gap 60]"
= reply S 4 ok "+OK deleted"
= exchange 4 DELE ok
= mailbox "tim" retrieved= deleted=1 committed=yes
