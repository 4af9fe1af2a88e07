# The same where the server asks in words that say nothing.
protocol smtp
S 220 mx ESMTP
C EHLO c
S 250-mx
S 250 AUTH LOGIN
C AUTH LOGIN
S? 18
C? 10
S 334 TW90IGRlIHBhc3Nl
C V29uZGVyMWFuZA==
S 235 ok
= credential LOGIN success "" "Wonder1and" password malformed command=2
=! credential * "Wonder1and" ""
C QUIT
S 221 bye
