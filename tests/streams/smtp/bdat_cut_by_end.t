# The chunk announces more than ever comes.
protocol smtp
S 220 mx ESMTP
C EHLO c
S 250 mx
C MAIL FROM:<a@b>
S 250 ok
C RCPT TO:<c@d>
S 250 ok
C|BDAT 9223372036854775807 LAST\r\nSubject: x\r\n
end fin
= exchange 4 BDAT unanswered
= end C 1 partial 12
= message C 1 bdat incomplete partial 12
= close smtp RCPT fin commands=4 messages=1
