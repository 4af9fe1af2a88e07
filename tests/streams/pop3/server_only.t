# Only the server was captured: a message is told by its size line, lists are text.
protocol pop3
unseen C
S +OK ready <1.2@pop.example>
S +OK
S +OK logged in
S +OK 2 messages:
S 1 14
S 2 200
S .
S +OK 14 octets
S Subject: a
S
S .
S +OK bye
end fin
= reply S 0 ok "+OK ready <1.2@pop.example>" greeting
= reply S 0 ok "+OK logged in" unasked
= line S "1 14"
= message S 1 retr retrieved complete 14 declared=14
= reply S 0 ok "+OK bye" unasked
= close pop3 CLOSED fin commands=0 messages=1 * one-sided
