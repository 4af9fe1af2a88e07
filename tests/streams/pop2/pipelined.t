# A client that does not wait: sizes and messages keep their places.
protocol pop2
S + POP2 x
C HELO alice secret
C READ 1
C RETR
C ACKD
C RETR
C ACKS
C QUIT
S #2 messages in INBOX
S =12 characters
S|Subject: a\r\n=13 characters\r\nSubject: bb\r\n=0\r\n
S + bye
= exchange 2 READ ok
= message S 1 read retrieved complete 12 number=1
= exchange 4 ACKD ok
= message S 2 read retrieved complete 13 number=2
= exchange 7 QUIT ok
= mailbox "alice" messages=2 octets=0 retrieved=1,2 deleted=1 committed=yes
=! note
