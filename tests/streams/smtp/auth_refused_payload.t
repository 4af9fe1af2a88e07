# A script does not wait: what AUTH would have been told stays a secret, also in the server's echo.
protocol smtp
S 220 mx.example ESMTP
C EHLO x
S 250 mx.example
C AUTH PLAIN
S 504 no such mechanism
= exchange 2 AUTH 504
C AGFubmEAU2VjcmV0UGFzczEy
= command C 3 ? "AGFubmEAU2VjcmV0UGFzczEy" unknown secret="AGFubmEAU2VjcmV0UGFzczEy"
S 500 5.5.1 unrecognized: "AGFubmEAU2VjcmV0UGFzczEy" AGFubmEAU2VjcmV0UGFzczEy!
= reply S 3 500 * secret="AGFubmEAU2VjcmV0UGFzczEy\" AGFubmEAU2VjcmV0UGFzczEy"
C VXNlcg==
= command C 4 ? "VXNlcg==" unknown secret="VXNlcg=="
S 500 what
C AUTH=PLAIN AGFubmEAU2VjcmV0UGFzczEy
= command C 5 ? "AUTH=PLAIN AGFubmEAU2VjcmV0UGFzczEy" unknown secret="AGFubmEAU2VjcmV0UGFzczEy"
S 501 what
C NOOP
S 250 ok
C T3RoZXI=
= command C 7 ? "T3RoZXI=" unknown
=! command C 7 ? "T3RoZXI=" unknown secret
S 500 5.5.1 T3RoZXI=
C QUIT
S 221 bye
= close smtp * reply="500 5.5.1 T3RoZXI="
