# A lost RSET brought the messages back: the next DELE of one of them tells; else it stays open what was committed.
protocol pop3
S +OK ready
C USER tim
S +OK
C PASS x
S +OK
C LIST
S +OK
S 1 100
S 2 120
S .
C DELE 1
S +OK
C DELE 2
S +OK
C? 6
S +OK
C DELE 2
S +OK
C QUIT
S +OK bye
= mailbox "tim" * deleted=2 committed=yes
