# Injected commands and the first bytes of the handshake wait together: only the commands are told.
protocol pop3
S +OK ready
C|STLS\r\nUSER eve\r\n\x16\x03
S +OK begin TLS
C|\x01\x00\x05\x01\x00\x00\x01\x00
S|-ERR injected\r\n\x16\x03\x03
C|\x17\x03\x03\x00\x01x
S|\x00\x04\x02\x00\x00\x00
only note
= note C starttls-command-injection critical "USER eve\r\n"
= note S starttls-response-injection critical "-ERR injected\r\n"
= close pop3 TLS
