# What was lost behind a deletion may have been RSET: whether it was committed is not known.
protocol pop3
S +OK ready
C USER tim
S +OK
C PASS x
S +OK
C DELE 1
S +OK
C? 6
S +OK
C QUIT
S +OK bye
= mailbox "tim" * deleted=1 committed=unknown
