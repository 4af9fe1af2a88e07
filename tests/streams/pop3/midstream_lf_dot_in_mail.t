# A dot behind a bare LF does not end a mail whose lines end in CRLF, and no second answer stands behind it.
protocol pop3
midstream
C RETR 4
S +OK 40 octets
S Subject: one
S
S|a\n.\r\n+OK not an answer\r\n
S .
C QUIT
S +OK bye
= message S 1 retr retrieved complete 40 number=4
= exchange 1 RETR ok
=! exchange 1 RETR unanswered
= mailbox "" retrieved=4
= close pop3 UPDATE quit commands=2 messages=1
