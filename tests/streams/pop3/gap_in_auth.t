# The challenge is lost: the client's answer is still data, the outcome is seen.
protocol pop3
S +OK ready
C AUTH PLAIN
S? 4
C AHRpbQBzZWNyZXQ=
S +OK logged in
C STAT
S +OK 0 0
C QUIT
S +OK bye
= command C 0 ? "AHRpbQBzZWNyZXQ=" data secret="AHRpbQBzZWNyZXQ="
= credential PLAIN success "tim" "secret" password command=1
= exchange 2 STAT ok
