# Replies nobody asked for: a timeout, and what follows a good-bye.
protocol smtp
S 220 mx ESMTP
C EHLO c
S 250 mx
wait 300
S 421 4.4.2 mx timeout
= reply S 0 421 "421 4.4.2 mx timeout" unasked
end fin
= close smtp READY fin commands=1 messages=0*reply="421 4.4.2 mx timeout"
