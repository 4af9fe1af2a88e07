# One reply of several logins in a row is missing: the client waited, those behind it answer the next.
protocol smtp
S 220 mx ESMTP
C EHLO c
S 250-mx
S 250 AUTH PLAIN LOGIN NTLM
C AUTH LOGIN
S 334 VXNlcm5hbWU6
C *
S? 34
C AUTH NTLM
= exchange 2 AUTH unanswered
S 535 5.7.8 Invalid authentication mechanism
= exchange 3 AUTH 535
C AUTH PLAIN =
S? 20
C AUTH
S 501 5.5.4 Syntax: AUTH mechanism
= exchange 4 AUTH unanswered
= exchange 5 AUTH 501
C AUTH PLAIN AGFsaWNlAFdvbmRlcjFhbmQ=
S 235 2.7.0 Authentication successful
= credential PLAIN success "alice" "Wonder1and"
C QUIT
S 221 2.0.0 Bye
= exchange 7 QUIT 221
