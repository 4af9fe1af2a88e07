# A hole inside a message counts; the dialog goes on at the right place.
protocol pop2
S + POP2 x
C HELO alice secret
S #2 messages
C READ
S =60 characters
C RETR
S|Subject: a\r\n
S? 30
S|0123456789abcdef\r\n
C ACKD
S =0
C QUIT
S + bye
= message S 1 read retrieved partial 30 missing=30 number=1 declared=60
= body 1 "Subject: a\r\n[gap 30]0123456789abcdef\r\n"
= exchange 4 ACKD ok
= mailbox "alice" messages=2 octets=0 retrieved=1 deleted=1 committed=yes
