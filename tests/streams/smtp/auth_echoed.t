# The refusal that the session keeps for its summary repeats no secret.
protocol smtp
S 220 mx.example ESMTP
C EHLO x
S 250 mx.example
C AUTH PLAIN AGFubmEAU2VjcmV0UGFzczEy
S 501 5.5.2 can not read AGFubmEAU2VjcmV0UGFzczEy
= reply S 2 501 * secret="AGFubmEAU2VjcmV0UGFzczEy"
C QUIT
S 221 bye
= close smtp * reply="501 5.5.2 can not read ********"
