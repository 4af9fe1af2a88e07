# STARTTLS is missing, its answer tells of it: the handshake is no command.
protocol smtp
S 220 mx ESMTP
C EHLO c
S 250-mx
S 250 STARTTLS
C? 10
S 220 2.0.0 Ready to start TLS
C|\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00
= state STARTTLS > TLS
S|\x16\x03\x03\x00\x05\x02\x00\x00\x01\x00
C|\x17\x03\x03\x00\x03QUI
=! command C 2 *
=! note *
= close smtp TLS
