# The client talks before the greeting: the first reply is still the greeting.
protocol pop3
C USER tim
C PASS secret
S +OK ready
S +OK
S +OK logged in
C QUIT
S +OK
= command C 1 USER "tim" early
= note C early-talker low "USER" command=1
= reply S 0 ok "+OK ready" greeting
= reply S 1 ok "+OK"
= credential USER/PASS success "tim" "secret" password command=2
= close pop3 UPDATE quit
