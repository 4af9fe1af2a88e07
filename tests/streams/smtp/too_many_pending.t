# Very many commands without an answer: the oldest are told as unanswered.
protocol smtp
limit pending_commands=8
S 220 mx ESMTP
C EHLO c
S 250 mx
C*20 NOOP
= note * too-many-pending
= exchange 2 NOOP unanswered
C MAIL FROM:<a@b>
C*20 RCPT TO:<c@d>
S*8 250 ok
= close smtp * commands=42 messages=0
