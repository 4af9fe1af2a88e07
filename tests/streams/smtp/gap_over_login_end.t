# The password and the answer to it are missing: MAIL is no password, and its 250 no answer to AUTH.
protocol smtp
S 220 mx ESMTP
C EHLO c
S 250 mx
C AUTH LOGIN
S 334 VXNlcm5hbWU6
C YWxpY2U=
S 334 UGFzc3dvcmQ6
C? 18
S? 37
C MAIL FROM:<a@example>
S 250 2.1.0 Ok
= credential LOGIN unknown "alice" "" command=2
=! credential LOGIN success*
= exchange 3 MAIL 250
C RCPT TO:<b@example>
S 250 2.1.5 Ok
= exchange 4 RCPT 250
