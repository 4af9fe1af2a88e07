# READ before HELO: refused, and the server closes.
protocol pop2
S + POP2 x
C READ 1
S - Bogus or out of sequence command
end fin
= command C 1 READ "1" out-of-order
= note C sequence-error low "READ: HELO comes first" command=1
= state AUTH > AUTH illegal cause="READ"
= exchange 1 READ refuse AUTH > DONE
