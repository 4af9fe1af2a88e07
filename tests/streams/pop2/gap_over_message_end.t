# The hole reaches over the end of the message into the next reply.
protocol pop2
S + POP2 x
C HELO alice secret
S #2 messages
C READ
S =60 characters
C RETR
S|Subject: a\r\n
S? 100
C ACKS
S =12 characters in message 2
C RETR
S|Subject: b\r\n
C ACKS
S =0
C QUIT
S + bye
= message S 1 read retrieved partial 12 missing=48 number=1
= reply S 4 ok "=12 characters in message 2"
= message S 2 read retrieved complete 12 number=2
= close pop2 DONE quit commands=7 messages=2
=! note
