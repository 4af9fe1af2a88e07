# The server answers in the middle of the message and closes: the message never arrived whole.
protocol smtp
S 220 mx ESMTP
C EHLO c
S 250 mx
C MAIL FROM:<a@b>
S 250 ok
C RCPT TO:<c@d>
S 250 ok
C DATA
S 354 go
C Subject: slow
C
C first part
S 421 4.4.2 mx Error: timeout exceeded
= reply S 0 421 "421 4.4.2 mx Error: timeout exceeded" unasked
C second part
end rst
= message C 1 data incomplete partial 42 code=421
= close smtp DATA rst
