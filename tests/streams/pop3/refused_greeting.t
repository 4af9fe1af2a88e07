# The server refuses at once.
protocol pop3
S -ERR [SYS/TEMP] too many connections
S! fin
end fin
= reply S 0 refuse "-ERR [SYS/TEMP] too many connections" greeting
= state CONNECT > CLOSED
= close pop3 CLOSED fin commands=0
