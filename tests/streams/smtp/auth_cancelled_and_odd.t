# Cancelled with *, no mechanism, an unknown one, an answer that is no base64.
protocol smtp
S 220 mx ESMTP
C EHLO c
S 250 mx
C AUTH LOGIN
S 334 VXNlcm5hbWU6
C *
= command C 0 ? "*" data
S 501 5.7.0 Authentication aborted
= credential LOGIN failure * cancelled
C AUTH
S 501 5.5.4 Syntax: AUTH mechanism
= exchange 3 AUTH 501
C AUTH NTLM
S 504 unknown mechanism
= credential NTLM failure
C AUTH CRAM-MD5
S 334 PDUyNDQ0ODE5NTg0NzEzNTguMTc5NTI4ODY3N0BteDEubGFiLnRlc3Q+
C not base64!!
S 535 5.7.8 no
= credential CRAM-MD5 failure * malformed
C AUTH PLAIN =
S 535 5.7.8 no
= credential PLAIN failure * malformed
C QUIT
S 221 bye
= close smtp CLOSED quit commands=7 messages=0 login=no
