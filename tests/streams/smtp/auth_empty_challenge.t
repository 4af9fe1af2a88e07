# An empty challenge, with and without the blank; X-EXPS is AUTH by another name.
protocol smtp
S 220 mx ESMTP Exchange
C EHLO c
S 250 mx
C AUTH PLAIN
S|334\r\n
C AGFsaWNlAFdvbmRlcjFhbmQ=
S 535 no
= credential PLAIN failure "alice" "Wonder1and"
C X-EXPS LOGIN
S|334 \r\n
C YWxpY2U=
S|334 \r\n
C V29uZGVyMWFuZA==
S 235 ok
= credential LOGIN success "alice" "Wonder1and"
C QUIT
S 221 bye
= close smtp CLOSED quit commands=4 messages=0 login=yes
