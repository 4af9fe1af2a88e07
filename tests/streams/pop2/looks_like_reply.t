# The message holds lines that read like replies, and no line end at its end.
protocol pop2
S + POP2 x
C HELO alice secret
S #1 messages
C READ
S =28 characters
C RETR
S|=12 characters\r\n- error\r\n+ b
C ACKS
S =0
C QUIT
S + bye
= message S 1 read retrieved complete 28 number=1 declared=28
= body 1 "=12 characters\r\n- error\r\n+ b"
= exchange 4 ACKS ok
= close pop2 DONE quit commands=5 messages=1
=! note
