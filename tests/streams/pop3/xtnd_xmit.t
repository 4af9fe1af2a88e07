# XTND XMIT sends a mail to the server; XTND XLST answers with a list.
protocol pop3
S +OK ready
C USER tim
S +OK
C PASS secret
S +OK
C XTND XLST Subject
S +OK
S 1 Subject: a
S .
C XTND XMIT
S +OK send it
C To: b@example
C
C ..dots
C .
S +OK sent
C XTND XMIT
S -ERR no
C NOOP
S +OK
C QUIT
S +OK
= exchange 3 XTND ok * lines=1
= reply S 4 ok "+OK send it" intermediate
= message C 1 append accepted complete 24
= body 1 "To: b@example\r\n\r\n.dots\r\n"
= exchange 5 XTND refuse
= exchange 6 NOOP ok
= close pop3 UPDATE quit commands=7 messages=1
