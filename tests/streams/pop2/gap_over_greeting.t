# The greeting is lost: what answers HELO tells that it is POP2.
protocol pop2
S? 42
C HELO alice secret
S #1 messages in /var/spool/mail/alice
= credential HELO success "alice" "secret" password command=1
C READ
S =5 characters in message 1
C RETR
S|hi\r\n!
= message S 1 read retrieved complete 5 *
C QUIT
S + bye
= close pop2 DONE quit commands=4 messages=1 login=yes
