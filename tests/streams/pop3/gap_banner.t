# The greeting is missing: the first answer is not taken for it, and those behind it are not shifted.
protocol pop3
S? 40
C USER tim
S +OK
= exchange 1 USER ok
C PASS secret
S +OK Logged in.
= exchange 2 PASS ok
C STAT
S +OK 2 320
= exchange 3 STAT ok
C QUIT
S +OK bye
= mailbox "tim" messages=2 octets=320
=! close pop3 * banner=
