# QUIT answered -ERR: some messages may be left, nobody knows which.
protocol pop3
S +OK ready
C USER anna
S +OK
C PASS spring
S +OK
C DELE 1
S +OK
C QUIT
S -ERR some deleted messages not removed
end fin
= exchange 4 QUIT refuse TRANSACTION > TRANSACTION
= mailbox "anna" retrieved= deleted=1 committed=unknown
= close pop3 CLOSED quit
=! note
