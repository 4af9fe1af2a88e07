# More bytes come than were announced: the length wins, and that is told.
protocol pop2
S + POP2 x
C HELO alice secret
S #1 messages
C READ
S =12 characters
C RETR
S|Subject: a\r\nmore of it\r\nand more\r\n
C ACKS
S =0
C QUIT
S + bye
only note
= message S 1 read retrieved complete 12 number=1 declared=12
= note S pop2-length-mismatch low "more of it" command=3
= line S "more of it"
= line S "and more"
= exchange 4 ACKS ok
= close pop2 DONE quit
