# A client that does not wait, and a server that repeats what it was told: secrets stay secrets.
protocol pop3
S +OK ready
C USER anna
S +OK
C PASS SecretPass12
S -ERR password SecretPass12 is wrong
= reply S 2 refuse * secret="SecretPass12"
C AUTH PLAIN
S -ERR no
C AGFubmEAU2VjcmV0UGFzczEy
= command C 4 ? "AGFubmEAU2VjcmV0UGFzczEy" unknown secret="AGFubmEAU2VjcmV0UGFzczEy"
S -ERR AGFubmEAU2VjcmV0UGFzczEy?
= reply S 4 refuse * secret="AGFubmEAU2VjcmV0UGFzczEy"
C NOOP
S -ERR
C XYZZ
=! command C 6 ? "XYZZ" unknown secret
S -ERR SecretPass12
C QUIT
S +OK
= close pop3
