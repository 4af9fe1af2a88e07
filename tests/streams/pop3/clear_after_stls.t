# No handshake follows the agreed STLS: what the server had already said comes before the client's text.
protocol pop3
S +OK ready
C STLS
S|+OK begin TLS\r\n+OK unasked\r\n
C|NOOP\r\nQUIT\r\n
S +OK
S +OK bye
only reply
= reply S 0 ok "+OK ready"
= reply S 1 ok "+OK begin TLS"
= note * plaintext-after-starttls
= reply S 0 ok "+OK unasked" unasked
= command C 2 NOOP
= command C 3 QUIT
= reply S 2 ok "+OK"
= reply S 3 ok "+OK bye"
