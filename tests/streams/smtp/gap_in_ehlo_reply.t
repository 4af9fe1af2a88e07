# The capture lost the rest of the EHLO reply (snaplen): it ends where the client goes on.
protocol smtp
S 220 mx ESMTP
C EHLO c
S|250-mx\r\n250-PIPELINI
S? 400
C MAIL FROM:<a@b>
= reply S 1 250 "250-mx\n250-PIPELINI" torn lines=2
= exchange 1 EHLO 250 GREETED > READY
S 250 2.1.0 Ok
= exchange 2 MAIL 250
C QUIT
S 221 bye
= exchange 3 QUIT 221
