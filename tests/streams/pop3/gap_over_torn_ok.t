# The hole ends inside the "+OK" line of LIST: what is left of it is shown, the list is read.
protocol pop3
S +OK ready
C USER tim
S +OK
C PASS secret
S +OK
C LIST
S? 6
S|sages\r\n1 120\r\n2 200\r\n.\r\n
C DELE 1
S +OK deleted
C QUIT
S +OK bye
= line S "sages"
= line S "1 120"
= exchange 3 LIST unanswered * lines=2
= exchange 4 DELE ok
=! message
