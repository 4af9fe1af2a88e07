# Of a name or a password that breaks off in a hole no piece is told.
protocol pop2
S + POP2 ready
C|HELO ali
C? 12
S #1 messages
= credential HELO success "" "" malformed command=1
end fin
