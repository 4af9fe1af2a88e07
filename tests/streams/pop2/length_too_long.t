# Fewer bytes come than were announced: the message is not whole.
protocol pop2
S + POP2 x
C HELO alice secret
S #1 messages
C READ
S =100 characters
C RETR
S|Subject: a\r\n
S! fin
end fin
= exchange 3 RETR ok ITEM > ITEM
= message S 1 read incomplete partial 12 number=1 declared=100
= mailbox "alice" messages=1 octets=0 retrieved= deleted=
= close pop2 DONE fin
