# DATA is refused and the body comes all the same: shown as sent after the refusal.
protocol smtp
S 220 mx ESMTP
C HELO c
S 250 hi
C MAIL FROM:<a@b>
S 250 ok
C RCPT TO:<c@d>
S 550 no
C DATA
S 503 5.5.1 no recipients
C Received: from somewhere
C Subject: spam
C
C QUIT
C .
= note C data-without-354 low "Received: from somewhere"
= message C 1 data rejected complete 49 code=503 enhanced=5.5.1 from="a@b" to="c@d":550:refused
S 500 what?
S 500 what?
= reply S 0 500 "500 what?" unasked
C QUIT
= command C 5 QUIT
= close smtp MAIL * messages=1
