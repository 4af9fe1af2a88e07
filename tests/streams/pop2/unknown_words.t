# Words of other protocols, and a client that talks before the greeting.
protocol pop2
limit unknown_commands=2
C HELO tim secret
S + POP2 x
S #0 messages
C EHLO x
S - what?
C LIST
S - what?
C QUIT
S + bye
only command C
= command C 1 HELO "tim secret" early
= reply S 0 ok "+ POP2 x" greeting
= credential HELO success "tim" "secret"
= command C 2 ? "EHLO x" unknown
= command C 3 ? "LIST" unknown
= close pop2 DONE capture_end commands=3
