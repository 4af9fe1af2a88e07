# Commands behind STARTTLS in clear (CVE-2011-0411), replies behind the go-ahead (CVE-2021-38371).
protocol smtp
S 220 mx ESMTP
C EHLO c
S 250 mx
C|STARTTLS\r\nRSET\r\nMAIL FROM:<evil@x>\r\n
S|220 go\r\n250 injected\r\n
C|\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00
S|\x16\x03\x03\x00\x05\x02\x00\x00\x01\x00
= note C starttls-command-injection critical "RSET\r\nMAIL FROM:<evil@x>\r\n"
= note S starttls-response-injection critical "250 injected\r\n"
=! command * MAIL
=! reply * 250 "250 injected"
