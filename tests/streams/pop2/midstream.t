# The capture begins behind the login.
protocol pop2
midstream
C READ 2
S =12 characters in message 2
C RETR
S|Subject: b\r\n
C ACKD
S =0
C QUIT
S + bye
end fin
= exchange 1 READ ok MBOX > ITEM
= message S 1 read retrieved complete 12 number=2
= mailbox "" retrieved=2 deleted=2 committed=yes
= close pop2 DONE quit commands=4
