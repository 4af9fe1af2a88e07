# Commands in the segment of STLS: kept, shown as injected, never taken for commands.
protocol pop3
S +OK ready
C|STLS\r\nUSER eve\r\nPASS x\r\n
S +OK begin TLS
C|\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00
S|\x16\x03\x03\x00\x04\x02\x00\x00\x00
only note
= note C starttls-command-injection critical "USER eve\r\nPASS x\r\n"
= state STLS > TLS
=! command C 2
=! credential
