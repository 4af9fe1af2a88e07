# Exchange's own words: X-LINK2STATE, XEXCH50 with its binary, X-ANONYMOUSTLS.
protocol smtp
S 220 mx ESMTP Exchange
C EHLO c
S 250 mx
C X-LINK2STATE LAST CHUNK={0000006e}
S 200 LAST CHUNK={00000029}
= exchange 2 X-LINK2STATE 200
C MAIL FROM:<a@b>
S 250 ok
C RCPT TO:<c@d>
S 250 ok
C XEXCH50 12 2
S 354 Send binary data
= reply S 5 354 * intermediate
C|MAIL\r\n.\r\nxyz
S 250 XEXCH50 OK
= exchange 5 XEXCH50 250
C DATA
S 354 go
C x
C .
S 250 ok
= message C 1 data accepted complete 3
C XEXCH50 5 2
S 504 no
C X-ANONYMOUSTLS
= command C 8 X-ANONYMOUSTLS
S 220 go
= state READY > STARTTLS
C|\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00
= state STARTTLS > TLS
