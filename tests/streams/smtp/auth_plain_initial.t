# AUTH PLAIN with the initial response in the line: only that part is masked.
protocol smtp
S 220 mx ESMTP
C EHLO c
S 250-mx
S 250 AUTH PLAIN LOGIN
C AUTH PLAIN AGFsaWNlAFdvbmRlcjFhbmQ=
= command C 2 AUTH "PLAIN AGFsaWNlAFdvbmRlcjFhbmQ=" secret="AGFsaWNlAFdvbmRlcjFhbmQ="
S 235 2.7.0 Authentication successful
= state READY > AUTH
= credential PLAIN success "alice" "Wonder1and" password command=2
= state AUTH > READY
= exchange 2 AUTH 235
C AUTH PLAIN AGFsaWNlAFdvbmRlcjFhbmQ=
= note C sequence-error low "AUTH PLAIN: only one login in a session"
S 503 5.5.1 already authenticated
= credential PLAIN failure "alice" "Wonder1and" password
C QUIT
S 221 bye
= close smtp CLOSED quit commands=4 messages=0 login=yes user="alice"
