# An answer and the command behind it are missing: the next answer is that of the lost command.
protocol pop3
S +OK POP3 ready
C USER tim
S? 5
C? 11
S +OK Logged in.
= exchange 1 USER unanswered
= reply S 0 ok "+OK Logged in." unasked
C STAT
S +OK 2 320
= exchange 2 STAT ok
