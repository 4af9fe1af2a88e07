# The handshake fails by an alert; the server says so in clear, and the client logs in.
protocol pop3
S +OK ready
C STLS
S +OK go
C|\x16\x03\x01\x00\x2f\x01\x00\x00\x2b\x03\x03aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\x00\x00\x04\x00\x2f\x00\x35\x01\x00
S|\x15\x03\x01\x00\x02\x02\x28
S -ERR TLS failed
= tls starttls offered=0303 version=0000 cipher=0000 alert=40
= state TLS > AUTHORIZATION
= reply S 0 refuse "-ERR TLS failed" unasked
C USER anna
S +OK
C PASS spring
S +OK
= credential USER/PASS success "anna" "spring" password command=3
C QUIT
S +OK
= close pop3 UPDATE quit commands=4
