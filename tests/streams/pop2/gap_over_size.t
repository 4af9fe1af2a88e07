# The size is lost: the message is read up to the next command, and not passed off as whole.
protocol pop2
S + POP2 x
C HELO alice secret
S #2 messages
C READ 1
S? 16
C RETR
S|Subject: a\r\n\r\ntext\r\n
C ACKS
S =12 characters in message 2
C RETR
S|Subject: b\r\n
C QUIT
S - out of sequence
= exchange 2 READ unanswered
= message S 1 read retrieved partial 20
= exchange 4 ACKS ok
= message S 2 read retrieved complete 12 number=2
= mailbox "alice" messages=2 octets=0 retrieved=2 deleted=
