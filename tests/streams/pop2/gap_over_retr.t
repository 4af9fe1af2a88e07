# The client's RETR is lost: the bytes behind "=n" are the message all the same.
protocol pop2
S + POP2 x
C HELO alice secret
S #2 messages
C READ 1
S =12 characters
C? 6
S|Subject: a\r\n
C ACKS
S =0
C QUIT
S + bye
= message S 1 read retrieved complete 12 number=1
= exchange 3 ACKS ok NEXT > ITEM
= close pop2 DONE quit commands=4 messages=1
