# Replies of several lines, codes that change, codes outside the RFC, empty texts, no code at all.
protocol smtp
S 220-mx ESMTP
S 220-no spam please
S 220 thank you
= reply S 0 220 "220-mx ESMTP\n220-no spam please\n220 thank you" greeting lines=3
C EHLO c
S|250-mx\r\n250-\r\n250 \r\n
= reply S 1 250 "250-mx\n250-\n250 " lines=3
C VRFY a
S 250-first
S 550 second
= note S reply-inconsistent low "250-first\n550 second"
= reply S 2 550 "250-first\n550 second" lines=2
C NOOP
S 200 fine
= exchange 3 NOOP 200
C NOOP
S|250\r\n
= exchange 4 NOOP 250
C NOOP
S 999 what
= reply S 5 999
C NOOP
S all is well
C NOOP
= reply S 6 odd "all is well"
= exchange 6 NOOP
S 250 ok
= exchange 7 NOOP 250
C HELP
S this is free text
S that goes on
S 214 and ends with a code
= reply S 8 214 "this is free text\nthat goes on\n214 and ends with a code" lines=3
C QUIT
S 221 bye
= exchange 9 QUIT 221
= close smtp CLOSED quit*banner="mx ESMTP"
