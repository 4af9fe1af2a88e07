# All recipients refused in a pipelined group: DATA gets 554, no message follows.
protocol smtp
S 220 mx ESMTP Postfix
C EHLO c
S 250-mx
S 250 PIPELINING
C MAIL FROM:<a@client.test>
C RCPT TO:<nobody@lab.test>
C RCPT TO:<grey2@lab.test>
C DATA
S 250 2.1.0 Ok
S 550 5.1.1 <nobody@lab.test>: no such user
S 451 4.7.1 <grey2@lab.test>: later
S 554 5.5.1 Error: no valid recipients
= exchange 5 DATA 554 READY > MAIL
C RSET
S 250 2.0.0 Ok
= exchange 6 RSET 250 MAIL > READY
C QUIT
S 221 2.0.0 Bye
=! begin *
=! note * data-without-354
= close smtp CLOSED quit commands=7 messages=0
