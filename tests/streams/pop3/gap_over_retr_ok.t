# The "+OK" of RETR is lost: the message behind it is still one, but not whole.
protocol pop3
S +OK ready
C USER tim
S +OK
C PASS secret
S +OK
C RETR 1
S? 16
S Subject: a
S
S text
S .
C DELE 1
S +OK deleted
C QUIT
S +OK bye
= message S 1 retr retrieved partial 20 missing=16 number=1
= body 1 "[gap 16]Subject: a\r\n\r\ntext\r\n"
= exchange 3 RETR unanswered
= exchange 4 DELE ok
= close pop3 UPDATE quit
