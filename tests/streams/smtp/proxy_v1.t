# A PROXY header, version 1.
protocol smtp
C PROXY TCP4 203.0.113.77 192.0.2.25 40001 25
= command C 0 ? "PROXY TCP4 203.0.113.77 192.0.2.25 40001 25" data
= note C proxy-header info "PROXY TCP4 203.0.113.77 192.0.2.25 40001 25"
S 220 mx ESMTP
C EHLO c
S 250 mx
= exchange 1 EHLO 250
C QUIT
S 221 bye
=! note * early-talker
= close smtp CLOSED quit commands=2
