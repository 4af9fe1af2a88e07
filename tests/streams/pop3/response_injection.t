# Between the agreed STLS and the server's handshake two replies in clear are injected: told once.
protocol pop3
S +OK ready
C STLS
S +OK begin TLS
C|\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00
S -ERR one
S -ERR two
S|\x16\x03\x03\x00\x04\x02\x00\x00\x00
only note
= note S starttls-response-injection critical "-ERR one\r\n-ERR two\r\n"
= close pop3 TLS
