# The same without a size: the end mark is found, and the rest stays in order.
protocol pop3
S +OK ready
C USER tim
S +OK
C PASS secret
S +OK
C RETR 1
S +OK
S Subject: a
S
S|first li
S? 20
S|rest of a line\r\n..stuffed\r\n.\r\n
C DELE 1
S +OK deleted
C QUIT
S +OK bye
= message S 1 retr retrieved partial 48 missing=20 number=1
= body 1 "Subject: a\r\n\r\nfirst li[gap 20]rest of a line\r\n.stuffed\r\n"
= exchange 4 DELE ok
= close pop3 UPDATE quit commands=5
