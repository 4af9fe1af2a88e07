# Bare LF throughout, both ways: a lone dot between LFs ends messages and lists.
protocol pop3
S|+OK ready\n
C|USER tim\n
S|+OK\n
C|PASS secret\n
S|+OK\n
C|LIST\n
S|+OK\n1 8\n.\n
C|RETR 1\n
S|+OK\nline\n..x\n.\n
C|QUIT\n
S|+OK\n
= command C 2 PASS "secret" lf secret="secret"
= exchange 3 LIST ok * lines=1
= message S 1 retr retrieved complete 8 number=1 declared=8
= body 1 "line\n.x\n"
= close pop3 UPDATE quit commands=5
