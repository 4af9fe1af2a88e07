# The user's line and the next challenge are missing: the password is not told as the user.
protocol smtp
S 220 mx ESMTP
C EHLO c
S 250 mx
C AUTH LOGIN
S 334 VXNlcm5hbWU6
C? 6
S? 18
C cHctMw==
S 235 ok
= credential LOGIN success "" "pw-3" password malformed command=2
C QUIT
S 221 bye
