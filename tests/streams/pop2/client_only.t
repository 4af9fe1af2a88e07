# Only the client was captured.
protocol pop2
unseen S
C HELO alice secret
C READ
C RETR
C ACKD
C QUIT
end fin
= credential HELO unknown "alice" "secret" password command=1
= exchange 4 ACKD unanswered
= close pop2 DONE fin commands=5 messages=0 * one-sided
=! note
