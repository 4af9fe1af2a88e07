# Folders number their messages each for itself: what was done in one is told apart from the next.
protocol pop2
S + POP2 x
C HELO anna pw
S #2
C READ
S =6
C RETR
S|first\n
C ACKD
S =7
C RETR
S|second\n
C ACKS
S =0
C FOLD work mail
S #1
C READ 1
S =6
C RETR
S|third\n
C ACKD
S =0
C FOLD empty
S #0
C QUIT
S + bye
end fin
= message S 1 read retrieved complete 6 number=1
= message S 2 read retrieved complete 7 number=2
= message S 3 read retrieved complete 6 number=1
= mailbox "empty" messages=0 octets=0 retrieved= deleted= committed=yes
= before mailbox "work mail" messages=1 octets=0 retrieved=1 deleted=1 committed=yes
= before mailbox "anna" messages=2 octets=0 retrieved=1,2 deleted=1 committed=yes
= close pop2 DONE quit
