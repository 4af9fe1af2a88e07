# Pieces of a login's lines are no names and no passwords; a lost answer is none of the next one's.
protocol smtp
S 220 mx ESMTP
C EHLO c
S 250 mx
C AUTH LOGIN
S 334 VXNlcm5hbWU6
C? 10
S 334 UGFzc3dvcmQ6
C V29uZGVyMWFuZA==
S 535 no
= credential LOGIN failure "" "Wonder1and" password malformed command=2
C|AUTH PLAIN AHRp
C? 20
S 535 no
= credential PLAIN failure "" "" malformed command=3
C AUTH LOGIN
S 334 VXNlcm5hbWU6
C dGlt
S 334 UGFzc3dvcmQ6
C|V29uZG
C? 12
S 235 ok
= credential LOGIN success "tim" "" malformed command=4
C|AUTH PLA
C? 4
S 334 
C AHRpbQBzZWNyZXQ=
= command C 0 ? "AHRpbQBzZWNyZXQ=" data torn secret="AHRpbQBzZWNyZXQ="
S 235 ok
