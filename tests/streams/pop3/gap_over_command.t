# Lost commands: their answers are unasked; a message is still told by its size line.
protocol pop3
S +OK ready
C USER tim
S +OK
C PASS secret
S +OK
C? 6
S +OK 2 messages
S 1 120
S 2 200
S .
C|RE
C? 4
C|1\r\n
S +OK 14 octets
S Subject: a
S
S .
C? 8
S +OK 14 octets
S Subject: b
S
S .
C QUIT
S +OK bye
= reply S 0 ok "+OK 2 messages" unasked
= line S "1 120"
= command C 3 ? "RE" unknown torn
= command C 0 ? "1" data torn
= message S 1 retr retrieved complete 14 declared=14
= exchange 3 ? ok
= reply S 0 ok "+OK 14 octets" unasked
= message S 2 retr retrieved complete 14 declared=14
= exchange 4 QUIT ok
=! note
