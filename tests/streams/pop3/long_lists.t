# Lists beyond the limit are shown whole; what is remembered is bounded, and that is told.
protocol pop3
limit mailbox_entries=16
S +OK ready
C USER tim
S +OK
C PASS secret
S +OK
C LIST
S|+OK\r\n1 10\r\n2 20\r\n3 30\r\n4 40\r\n
S*14|16 1\r\n
S|17 999\r\n.\r\n
C RETR 17
S +OK
S x
S .
C RETR 16
S +OK
S x
S .
C DELE 17
S +OK
C DELE 18446744073709551615
S +OK
C DELE 99999999999999999999
S +OK
C QUIT
S +OK
= note S reply-oversized low "+OK" command=3
= exchange 3 LIST ok * lines=19
= message S 1 retr retrieved complete 3 number=17
= message S 2 retr retrieved complete 3 number=16 declared=1
= mailbox "tim" messages=19 octets=1113 retrieved=16,17 deleted=17,18446744073709551615 committed=yes
= close pop3 UPDATE quit * truncated
