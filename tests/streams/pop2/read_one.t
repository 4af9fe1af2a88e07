# One message of 12 bytes, kept with ACKS; the next size is 0.
protocol pop2
S + POP2 pop.example server ready
C HELO tim secret
S #1 messages in INBOX
= credential HELO success "tim" "secret" password
C READ 1
S =12 characters
C RETR
S|Subject: x\r\n
C ACKS
S =0 no more
= message S 1 read retrieved complete 12
= body 1 "Subject: x\r\n"
C QUIT
S + bye
= close pop2 * quit
