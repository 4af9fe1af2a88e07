# A secret of the session stays one wherever it comes again: mistyped words, a name's line, answers, lists.
protocol pop3
S +OK ready
C USER anna Hunter2pw
= command C 1 USER "anna Hunter2pw" secret="Hunter2pw"
S -ERR one word, not Hunter2pw
= reply S 1 refuse * secret="Hunter2pw"
C USER anna
S +OK
C PASSS Sesame77
= command C 3 ? "PASSS Sesame77" unknown secret="Sesame77"
S -ERR unknown: PASSS Sesame77
= reply S 3 refuse * secret="Sesame77"
C PSAS x
= command C 4 ? "PSAS x" unknown secret="x"
S -ERR unknown: PSAS x
= reply S 4 refuse * secret="x"
C LOGIN anna Opensaysme
= command C 5 ? "LOGIN anna Opensaysme" unknown secret="anna Opensaysme"
S -ERR no Opensaysme here
= reply S 5 refuse * secret="Opensaysme"
C Opensaysme
= command C 6 ? "Opensaysme" unknown secret="Opensaysme"
S -ERR
C USER Opensaysme
=! command C 7 USER "Opensaysme" secret
S -ERR
C USER anna
S +OK
C naked
= command C 9 ? "naked" unknown secret="naked"
S -ERR
C PASS rose
S -ERR primrose is no rose, rosemary is none
= reply S 10 refuse * secret="rose"
= credential USER/PASS failure "anna" "rose" password
C PASS Sesame77
S +OK Sesame77
= reply S 11 ok * secret="Sesame77"
= credential USER/PASS success "anna" "Sesame77" password
= state AUTHORIZATION > TRANSACTION cause="+OK ********"
C XYZ Other
=! command C 12 ? "XYZ Other" unknown secret
S -ERR
C UIDL
S +OK of Sesame77
= reply S 13 ok * secret="Sesame77"
S 1 Sesame77
= line S "1 ********"
S .
C QUIT
S +OK
= close pop3 * user="anna"
