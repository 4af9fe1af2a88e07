# The stream ends inside a message, and another inside a list.
protocol pop3
S +OK ready
C USER tim
S +OK
C PASS secret
S +OK
C RETR 1
S|+OK 100 octets\r\nSubject: a\r\n\r\nhalf a li
S! fin
end fin
= message S 1 retr incomplete partial 23 number=1 declared=100
= body 1 "Subject: a\r\n\r\nhalf a li"
= exchange 3 RETR ok
= mailbox "tim" retrieved= deleted=
= close pop3 CLOSED fin
