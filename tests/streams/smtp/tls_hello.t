# A TLS hello sent to the clear-text port.
protocol smtp
S 220 mx ESMTP
C|\x16\x03\x01\x00\x0e\x01\x00\x00\x0a\x03\x03\nabcdefgh
S 500 5.5.1 what?
C! fin
end fin
= note C not-a-mail-dialog info
= close smtp GREETED fin
