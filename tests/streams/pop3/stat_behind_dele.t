# STAT does not count what is marked deleted: the mailbox holds four.
protocol pop3
S +OK hi
C USER a
S +OK
C PASS b
S +OK
C DELE 1
S +OK
C STAT
S +OK 3 600
C DELE 2
S +OK
C LIST
S +OK 2
S 3 200
S 4 200
S .
C STAT
S +OK 2 400
C QUIT
S +OK
= mailbox "a" messages=4 octets=600 retrieved= deleted=1,2 committed=yes
