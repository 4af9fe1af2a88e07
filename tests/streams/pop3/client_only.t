# Only the client was captured: commands and secrets, no outcomes.
protocol pop3
unseen S
C USER tim
C PASS secret
C AUTH PLAIN
C AHRpbQBzZWNyZXQ=
C STAT
C RETR 1
C DELE 1
C QUIT
end fin
= credential USER/PASS unknown "tim" "secret" password command=2
= credential PLAIN unknown "tim" "secret" password command=3
= state AUTHORIZATION > TRANSACTION cause="STAT"
= exchange 6 DELE unanswered
= mailbox "tim" retrieved= deleted= committed=unknown
= close pop3 CLOSED fin commands=7 * one-sided
=! note
