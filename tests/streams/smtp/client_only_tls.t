# Only the client was captured, and it goes over to TLS.
protocol smtp
unseen S
C EHLO c
C STARTTLS
C|\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00\x17\x03\x03\x00\x03QUI
end fin
= state STARTTLS > TLS
=! note * injection
