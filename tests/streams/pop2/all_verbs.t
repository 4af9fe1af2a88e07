# READ without a number, NACK, ACKS, READ n, ACKD, and the end of the mailbox.
protocol pop2
S + POP2 uw.lab.test 2007f.75 server ready
C HELO alice Wonder1and
S #3 messages in /var/spool/mail/alice
C READ
S =12 characters in message 1
C RETR
S|Subject: a\r\n
C NACK
S =12 characters in message 1
C RETR
S|Subject: a\r\n
C ACKS
S =13 characters in message 2
C READ 3
S =14 characters in message 3
C RETR
S|Subject: ccc\r\n
C ACKD
S =0 No more messages
C READ
S =0 No more messages
C QUIT
S + Sayonara
end fin
= state LSTN > AUTH
= credential HELO success "alice" "Wonder1and" password command=1
= state AUTH > MBOX
= state MBOX > ITEM cause="=12 characters in message 1"
= message S 1 read retrieved complete 12 number=1 declared=12
= exchange 4 NACK ok NEXT > ITEM
= message S 2 read retrieved complete 12 number=1
= exchange 6 ACKS ok NEXT > ITEM
= exchange 7 READ ok ITEM > ITEM
= message S 3 read retrieved complete 14 number=3
= exchange 9 ACKD ok NEXT > ITEM
= state ITEM > DONE
= mailbox "alice" messages=3 octets=0 retrieved=1,3 deleted=3 committed=yes
= close pop2 DONE quit commands=11 messages=3 login=yes
=! note
