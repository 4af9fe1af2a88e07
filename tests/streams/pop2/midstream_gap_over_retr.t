# The capture begins with a length, RETR is lost, and just so many bytes follow: the length is none of them.
protocol pop2
midstream
S =14
C? 6
S|hello\r\nworld\r\n
C ACKD
= reply S 0 ok "=14" unasked
= command C 1 ACKD
= message S 1 read retrieved complete 14 declared=14
= body 1 "hello\r\nworld\r\n"
S =0
= exchange 1 ACKD ok
C QUIT
S + bye
= close pop2 DONE quit commands=2 messages=1
