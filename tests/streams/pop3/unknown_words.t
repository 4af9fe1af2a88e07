# Words of other protocols: shown and judged; so many refused in a row are not POP3.
protocol pop3
limit unknown_commands=3
S +OK ready
C PING
S -ERR
C loop
S -ERR
C NOOP
S +OK
C GET / HTTP/1.0
S -ERR
C Host: x
S -ERR
C
S -ERR
C USER tim
S +OK
only command C
= command C 1 ? "PING" unknown
= command C 2 ? "loop" unknown
= command C 3 NOOP
= command C 4 ? "GET / HTTP/1.0" unknown
= command C 5 ? "Host: x" unknown
= command C 6 ? "" unknown
= close pop3 AUTHORIZATION capture_end commands=6
