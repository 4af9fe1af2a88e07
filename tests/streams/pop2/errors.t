# A refused login closes the session; the good-bye is unasked.
protocol pop2
S + POP2 x
C HELO alice
S - Missing user or password
S + Sayonara
S! fin
end fin
= credential HELO failure "alice" "" command=1
= state AUTH > DONE cause="- Missing user or password"
= reply S 0 ok "+ Sayonara" unasked
= close pop2 DONE fin commands=1 messages=0 login=no
=! mailbox
