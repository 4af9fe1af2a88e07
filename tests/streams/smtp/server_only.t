# Only the server was captured.
protocol smtp
unseen C
S 220 mx ESMTP
S 250-mx
S 250 PIPELINING
= state GREETED > READY
S 250 2.1.0 Ok
S 250 2.1.5 Ok
S 354 go
= state READY > DATA
S 250 queued as 12AB
= state DATA > READY
S 221 bye
= state READY > QUIT
end fin
= capabilities "PIPELINING"
= close smtp CLOSED quit commands=0 messages=0
