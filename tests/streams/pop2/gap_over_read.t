# A READ is missing: its answer is no beginning of the message that RETR asks for.
protocol pop2
S + POP2 ready
C HELO alice secret
S #3 messages
C READ 1
S =9 characters in message 1
C RETR
S|Subject\r\n
= message S 1 read retrieved complete 9 number=1
C ACKS
S =10 characters in message 2
C? 8
S =11 characters in message 3
C RETR
S|Subject: \r\n
= message S 2 read retrieved complete 11 number=3 declared=11
= body 2 "Subject: \r\n"
C ACKD
S =0 no more
C QUIT
S + bye
= mailbox * retrieved=1,3 deleted=3
