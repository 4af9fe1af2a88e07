# A lost reply: its command is told as unanswered, nothing is inferred from it.
protocol pop3
S +OK ready
C USER tim
S +OK
C PASS secret
S? 5
C DELE 1
S? 5
C DELE 2
S|+OK deleted\r\n
C QUIT
S +OK bye
= credential USER/PASS unknown "tim" "secret" password command=2
= exchange 2 PASS unanswered AUTHORIZATION > AUTHORIZATION
= state AUTHORIZATION > TRANSACTION cause="DELE"
= exchange 3 DELE unanswered
= exchange 4 DELE ok
= mailbox "tim" retrieved= deleted=2 committed=yes
=! note
