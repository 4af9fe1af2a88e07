# AUTH behind another command, and the replies to both are lost: what follows stays masked.
protocol pop3
S +OK ready
C CAPA
C AUTH PLAIN
S? 40
C AHRpbQBzZWNyZXQ=
S +OK logged in
C STAT
S +OK 0 0
C QUIT
S +OK bye
= exchange 1 CAPA unanswered
= exchange 2 AUTH unanswered
= command C 0 ? "AHRpbQBzZWNyZXQ=" data secret="AHRpbQBzZWNyZXQ="
= reply S 0 ok "+OK logged in" unasked
= state * > TRANSACTION cause="STAT"
= exchange 3 STAT ok
= close pop3 UPDATE quit
