# OAuth: the refusal comes as a 334 with JSON, answered by an empty line.
protocol smtp
S 220 mx ESMTP
C EHLO c
S 250 mx
C AUTH XOAUTH2 dXNlcj1hbGljZQFhdXRoPUJlYXJlciBiYWQudG9rZW4uaGVyZQEB
S 334 eyJzdGF0dXMiOiI0MDEifQ==
C
= command C 0 ? "" data
S 535 5.7.8 no
= credential XOAUTH2 failure "alice" "bad.token.here" token
C QUIT
S 221 bye
= close smtp CLOSED quit commands=3
