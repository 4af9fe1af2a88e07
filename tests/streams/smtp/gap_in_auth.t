# The server's challenge is missing, then its final answer.
protocol smtp
S 220 mx ESMTP
C EHLO c
S 250 mx
C AUTH LOGIN
S 334 VXNlcm5hbWU6
C YWxpY2U=
S? 18
C V29uZGVyMWFuZA==
= command C 0 ? "V29uZGVyMWFuZA==" data
S 235 ok
= credential LOGIN success "alice" "Wonder1and"
C AUTH LOGIN YWxpY2U=
S 334 UGFzc3dvcmQ6
C V29uZGVyMWFuZA==
S? 20
C MAIL FROM:<a@b>
= credential LOGIN unknown "alice" "Wonder1and"
S 250 ok
= exchange 4 MAIL 250
