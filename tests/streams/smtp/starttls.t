# STARTTLS agreed, a handshake follows; nothing of it is read as SMTP.
protocol smtp
S 220 mx ESMTP
C EHLO c
S 250-mx
S 250 STARTTLS
C STARTTLS
S 220 2.0.0 Ready to start TLS
= state READY > STARTTLS
= exchange 2 STARTTLS 220 READY > STARTTLS
C|\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00
= state STARTTLS > TLS
S|\x16\x03\x03\x00\x05\x02\x00\x00\x01\x00
C|\x17\x03\x03\x00\x03QUI
=! note * injection
=! command * QUI
= close smtp TLS
