# The capture begins inside a message whose lines read like replies: only a message is acknowledged.
protocol pop2
midstream
S Subject: x
S
S =12 characters in message 1
S #3 messages in INBOX
S + POP2
S - error
C ACKD
= begin S 1 read
= end S 1 partial 82
= message S 1 read retrieved
= state LSTN > NEXT cause="ACKD"
= command C 1 ACKD
S =499 characters in message 3
= exchange 1 ACKD ok NEXT > ITEM
C QUIT
S + Sayonara
=! exchange 1 ACKD refuse *
=! state * > DONE cause="- error"
= mailbox "" retrieved= deleted= committed=yes
= close pop2 DONE quit commands=2 messages=1
