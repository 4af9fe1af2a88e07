# STLS is not allowed after the login (RFC 2595 4).
protocol pop3
S +OK ready
C USER tim
S +OK
C PASS secret
S +OK
C STLS
S -ERR wrong state
C QUIT
S +OK
= command C 3 STLS "" out-of-order
= note C sequence-error low "STLS: only before the login" command=3
= state TRANSACTION > TRANSACTION illegal cause="STLS"
= exchange 3 STLS refuse
= exchange 4 QUIT ok
