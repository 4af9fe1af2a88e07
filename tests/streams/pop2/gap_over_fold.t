# Which folder was opened is not known while FOLD or its answer is missing; the next one tells.
protocol pop2
S + POP2 h ready
C HELO u p
S #3 messages in /var/mail/u
C FOLD saved
S? 20
C READ 1
S =0 none
= exchange 2 FOLD unanswered
C? 12
S #3 messages in /home/u/other
C QUIT
S + bye
= mailbox "/home/u/other" messages=3
