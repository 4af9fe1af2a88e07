# Behind TURN the other end starts TLS: its direction is the handshake's client, and what it sent in
# clear too early is injected.
protocol smtp
S 220 mx SMTP
C HELO c
S 250 mx
C TURN
S 250 ok
C 220 c ESMTP
S EHLO mx
C|250-c\r\n250 STARTTLS\r\n
S|STARTTLS\r\nRSET\r\n
C|220 go\r\n250 injected\r\n
S|\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00
C|\x16\x03\x03\x00\x05\x02\x00\x00\x01\x00
= exchange 4 STARTTLS 220
= note S starttls-command-injection critical "RSET\r\n"
= note C starttls-response-injection critical "250 injected\r\n"
=! command * RSET
=! reply * 250 "250 injected"
