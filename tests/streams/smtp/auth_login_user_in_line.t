# AUTH LOGIN with the user name in the line.
protocol smtp
S 220 mx ESMTP
C EHLO c
S 250 mx
C AUTH LOGIN YWxpY2U=
S 334 UGFzc3dvcmQ6
C V29uZGVyMWFuZA==
S 235 ok
= credential LOGIN success "alice" "Wonder1and" password
C MAIL FROM:<a@b>
S 250 ok
= exchange 3 MAIL 250 READY > MAIL
=! note * sequence-error
