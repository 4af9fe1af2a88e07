# Lines of an exchange are data even when they read like commands, and when they come too early.
protocol pop3
S +OK ready
C AUTH PLAIN
C QUIT
C STAT
S + 
S -ERR bad data
S -ERR log in first
C AUTH PLAIN !!!
S -ERR not base64
= command C 0 ? "QUIT" data secret="QUIT"
= credential PLAIN failure "" "AB\x13" password malformed command=1
= note S auth-malformed low "PLAIN" command=1
= command C 2 STAT "" out-of-order
= reply S 2 refuse "-ERR log in first"
= credential PLAIN failure "" "" malformed command=3
= close pop3 AUTHORIZATION capture_end commands=3
