# The capture begins behind AUTH and its payload: a challenge is no answer to QUIT.
protocol pop3
midstream
C QUIT
S +
end rst
= exchange 1 QUIT unanswered
=! exchange 1 QUIT odd
=! close pop3 * quit *
