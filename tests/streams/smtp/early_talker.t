# Everything is said before the greeting: replies pair by order, the first one is the banner.
protocol smtp
C EHLO mx2
C MAIL FROM:<root@exim.test> SIZE=5
C RCPT TO:<u@exim2.test>
C|BDAT 5 LAST\r\nhello
C QUIT
= command C 1 EHLO "mx2" early
= note C early-talker low "EHLO mx2"
= command C 2 MAIL * pipelined early
S 220 mx2 ESMTP Exim
= reply S 0 220 * greeting
S 250-mx2
S 250 PIPECONNECT
= exchange 1 EHLO 250
S 250 OK
S 250 Accepted
S 250- 5 byte chunk, total 5
S 250 OK id=1xUr53-0000zG-33
= message C 1 bdat accepted complete 5 code=250 from="root@exim.test" * queue="1xUr53-0000zG-33"
S 221 mx2 closing connection
= exchange 5 QUIT 221
=! note * sequence-error
= close smtp CLOSED quit commands=5 messages=1
