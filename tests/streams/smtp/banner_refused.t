# The server greets with a refusal.
protocol smtp
S 554 5.7.1 no service for you
= reply S 0 554 * greeting
C QUIT
S 221 bye
= exchange 1 QUIT 221 CONNECT > QUIT
=! state CONNECT > GREETED
