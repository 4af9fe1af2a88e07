# AUTH is missing: what answers its challenge is no command, base64 or not.
protocol smtp
S 220 mx ESMTP
C EHLO c
S 250-mx
S 250 AUTH CRAM-MD5 LOGIN
C? 15
S 334 PDUyNDQ0ODE5
C not base64!!
= command C 0 ? "not base64!!" data torn secret="not base64!!"
S 535 5.7.8 no
= reply S 0 535 * unasked
C? 12
S 334 VXNlcm5hbWU6
C *
= command C 0 ? "*" data torn
S 501 5.7.0 Authentication aborted
= reply S 0 501 * unasked
C QUIT
S 221 bye
= exchange 2 QUIT 221
=! note *
