# Two blank lines at the start are no PROXY header: the server answers them.
protocol smtp
S 220 mx ESMTP
C
C
S 500 what?
S 500 what?
= command C 1 ? "" unknown
= exchange 1 ? 500
= exchange 2 ? 500
C QUIT
S 221 bye
= exchange 3 QUIT 221
= close smtp CLOSED quit commands=3
