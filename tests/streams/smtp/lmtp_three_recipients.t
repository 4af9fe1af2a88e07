# LMTP: one reply for each accepted recipient after the data.
protocol smtp
S 220 mx Dovecot ready.
C LHLO c
S 250-mx
S 250 PIPELINING
C MAIL FROM:<a@b>
C RCPT TO:<one@x>
C RCPT TO:<two@x>
C RCPT TO:<three@x>
C DATA
S 250 2.1.0 OK
S 250 2.1.5 OK
S 550 5.1.1 no two
S 250 2.1.5 OK
S 354 OK
C Subject: x
C
C .
C QUIT
S 250 2.0.0 <one@x> 4GUoHkLwAWs7KgAAB8AJkg Saved
= reply S 0 250 * intermediate
=! reply S 0 452 * intermediate
S 452 4.2.2 <three@x> mailbox full
= message C 1 data accepted complete 14 code=250 * to="one@x":250:accepted:250 to="two@x":550:refused to="three@x":250:deferred:452 queue="4GUoHkLwAWs7KgAAB8AJkg"
S 221 2.0.0 Bye
= exchange 7 QUIT 221
= close lmtp CLOSED quit commands=7 messages=1
