# The refusal of DATA is missing; the client goes on with a command.
protocol smtp
S 220 mx ESMTP
C EHLO c
S 250 mx
C MAIL FROM:<a@b>
S 250 ok
C RCPT TO:<c@d>
S 250 ok
C DATA
S? 20
C RSET
S 250 ok
= exchange 4 DATA unanswered
= exchange 5 RSET 250
C QUIT
S 221 bye
= exchange 6 QUIT 221
=! begin *
