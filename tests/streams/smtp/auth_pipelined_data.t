# The client sends the answers without waiting: they are still answers.
protocol smtp
S 220 mx ESMTP
C EHLO c
S 250 mx
C AUTH LOGIN
C YWxpY2U=
C V29uZGVyMWFuZA==
C MAIL FROM:<a@b>
S 334 VXNlcm5hbWU6
= command C 0 ? "YWxpY2U=" data
S 334 UGFzc3dvcmQ6
S 235 ok
= credential LOGIN success "alice" "Wonder1and"
= command C 3 MAIL
S 250 ok
= exchange 3 MAIL 250
