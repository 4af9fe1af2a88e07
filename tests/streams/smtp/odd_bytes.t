# NUL, bare CR and very long lines in commands; in the message one finding a kind, with counts.
protocol smtp
S 220 mx ESMTP
C|EHLO c\0d\r\n
= note C nul-byte low
S 250 mx
C|NOOP a\rb\r\n
= note C bare-cr info
S 250 ok
C|NOOP 
C*600|x
C|\r\n
= note C line-too-long low
S 500 too long
C MAIL FROM:<a@b>
S 250 ok
C RCPT TO:<c@d>
S 250 ok
C DATA
S 354 go
C|one\ntwo\nthree\rfour\0\r\n
C*1000|y
C|\r\n.\r\n
S 250 ok
= note C bare-lf info "2 in the message, the first at byte 3"
= note C bare-cr info "1 in the message, the first at byte 13"
= note C nul-byte low "1 in the message, the first at byte 18"
= note C line-too-long low "a line of 1002 bytes with CRLF"
= message C 1 data accepted complete 1023
C QUIT
S 221 bye
= close smtp CLOSED quit
