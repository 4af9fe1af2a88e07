# Of a name that breaks off in a hole no piece is told.
protocol pop3
S +OK ready <1.2@h>
C|USER ti
C? 3
S +OK
C PASS secret
S -ERR no
= credential USER/PASS failure "" "secret" password command=2
C|APOP ti
C? 30
S -ERR no
= credential APOP failure "" "" challenge="<1.2@h>" malformed command=3
C AUTH LOGIN
S + VXNlcm5hbWU6
C? 10
S + UGFzc3dvcmQ6
C|c2Vj
C? 6
S -ERR no
= credential LOGIN failure "" "" malformed command=4
