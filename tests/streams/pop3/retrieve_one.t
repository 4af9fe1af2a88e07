# Log in, fetch one message with a stuffed dot, delete it, quit: the deletion is committed.
protocol pop3
S +OK ready <1.2@pop.example>
= open pop3
C USER tim
S +OK
C PASS two words
S +OK logged in
= credential USER/PASS success "tim" "two words" password
C RETR 1
S +OK 120 octets
S Subject: x
S
S ..dot
S .
= message S 1 retr retrieved complete * number=1 declared=120
= body 1 "Subject: x\r\n\r\n.dot\r\n"
C DELE 1
S +OK
C QUIT
S +OK bye
= mailbox "tim" retrieved=1 deleted=1 committed=yes
= close pop3 * quit commands=5 messages=1 login=yes
