# Replies to pipelined commands are missing: which of the rest is whose is not known, so none is told.
protocol pop3
S +OK ready
C USER tim
C PASS secret
S +OK
S +OK
C DELE 1
C DELE 2
C RETR 3
S? 5
S +OK
S +OK 14 octets
S Subject: a
S
S .
C QUIT
S +OK bye
= exchange 3 DELE unanswered
= exchange 4 DELE unanswered
= exchange 5 RETR unanswered
= reply S 0 ok "+OK" unasked
= message S 1 retr retrieved complete 14 declared=14
= exchange 6 QUIT ok
= mailbox "tim" retrieved= deleted= committed=yes
