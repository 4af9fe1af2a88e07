# A PROXY header stands in front of everything: told, and no command.
protocol pop3
C PROXY TCP4 192.0.2.7 192.0.2.1 56324 110
S +OK ready
C USER tim
S +OK
C PASS secret
S +OK
C QUIT
S +OK
= command C 0 ? "PROXY TCP4 192.0.2.7 192.0.2.1 56324 110" data
= note C proxy-header info "PROXY TCP4 192.0.2.7 192.0.2.1 56324 110"
= credential USER/PASS success "tim" "secret" password command=2
= close pop3 UPDATE quit commands=3
