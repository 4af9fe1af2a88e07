# The client's direction ends in the middle of DATA.
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
C Subject: x
C
C|text without end\r
C! fin
end fin
= end C 1 partial 31
= message C 1 data incomplete partial 31
= body 1 "Subject: x\r\n\r\ntext without end\r"
= close smtp DATA fin
