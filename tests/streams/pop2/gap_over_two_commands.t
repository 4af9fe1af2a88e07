# READ and RETR are missing one behind the other: the form of what the server says tells what it is.
protocol pop2
S + POP2 h ready
C HELO u p
S #3 messages in x
C READ 1
S =3 characters in message 1
C RETR
S|abc
C ACKD
S =4 characters in message 2
C? 8
S =4 characters in message 2
C? 6
S|defg
= message S 2 read retrieved complete 4 number=2
C ACKD
S =5 characters in message 3
= exchange 5 ACKD ok
C READ 3
S =5 characters in message 3
= exchange 6 READ ok
C RETR
S|hijkl
= message S 3 read retrieved complete 5 number=3
C QUIT
S + bye
= exchange 8 QUIT ok
