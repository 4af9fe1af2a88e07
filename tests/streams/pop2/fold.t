# FOLD to another folder; a missing one is announced as what was really opened.
protocol pop2
S + POP2 x
C HELO alice secret
S #4 messages in /var/spool/mail/alice
C FOLD nosuch
S #4 messages in /var/spool/mail/alice
C READ 2
S =12 characters in message 2
C FOLD saved
S #1 messages in /home/alice/saved
C RETR
S - Bogus or out of sequence command
S + Sayonara
end fin
= exchange 2 FOLD ok MBOX > MBOX
= exchange 4 FOLD ok ITEM > MBOX
= command C 5 RETR "" out-of-order
= note C sequence-error low "RETR: READ or FOLD comes first" command=5
= exchange 5 RETR refuse MBOX > DONE
= reply S 0 ok "+ Sayonara" unasked
= mailbox "/home/alice/saved" messages=1
= close pop2 DONE fin
