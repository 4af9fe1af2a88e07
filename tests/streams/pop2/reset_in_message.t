# A reset inside a message: nothing is acknowledged.
protocol pop2
S + POP2 x
C HELO alice secret
S #1 messages
C READ
S =3195084 characters in message 1
C RETR
S|Subject: a\r\n
end rst
= message S 1 read incomplete partial 12 number=1 declared=3195084
= mailbox "alice" messages=1 octets=0 retrieved= deleted= committed=unknown
= close pop2 DONE rst
