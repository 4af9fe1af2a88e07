# Dots, bare line ends, NULs and replies inside messages; an empty message; a lone dot in a LF dialog.
protocol pop3
S +OK ready
C USER tim
S +OK
C PASS secret
S +OK
C RETR 1
S|+OK\r\n..\r\n...\r\n. \r\n.x\r\n+OK 5 octets\r\n-ERR\r\n.\r\n
C RETR 2
S|+OK\r\n.\r\n
C RETR 3
S|+OK\r\na\nb\rc\0d\r\n.\n.\r\n.\r\n
C QUIT
S +OK
= body 1 ".\r\n..\r\n \r\nx\r\n+OK 5 octets\r\n-ERR\r\n"
= message S 2 retr retrieved complete 0 number=2
= note S bare-cr info "1, the first at offset 3" command=5
= note S bare-lf info "2, the first at offset 1" command=5
= note S nul-byte low "1, the first at offset 5" command=5
= body 3 "a\nb\rc\x00d\r\n\n.\r\n"
= close pop3 UPDATE quit commands=6 messages=3
