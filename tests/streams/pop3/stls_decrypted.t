# Clear text follows STLS: a decrypted capture. What is said counts as encrypted.
protocol pop3
S +OK ready
C STLS
S +OK begin TLS
C USER tim
S +OK
C PASS secret
S +OK
C QUIT
S +OK bye
= note * plaintext-after-starttls
= state STLS > AUTHORIZATION
= credential USER/PASS success "tim" "secret" password encrypted command=3
= close pop3 UPDATE quit
