# The capture begins in a message: its rest is told as such, the state by the commands that follow.
protocol pop3
midstream
S|f a message\r\nlast lines\r\n..x\r\n.\r\n
C DELE 1
S +OK
C RETR 2
S +OK 14 octets
S Subject: b
S
S .
C QUIT
S +OK bye
end fin
= line S "f a message"
= message S 1 retr retrieved partial 16
= body 1 "last lines\r\n.x\r\n"
= state CONNECT > TRANSACTION cause="DELE"
= command C 1 DELE "1"
= message S 2 retr retrieved complete 14 number=2
= mailbox "" retrieved=2 deleted=1 committed=yes
= close pop3 CLOSED quit commands=3 messages=2 * midstream
