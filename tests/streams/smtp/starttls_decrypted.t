# A capture decrypted in place: clear text follows, and is read.
protocol smtp
S 220 mx ESMTP
C EHLO c
S 250-mx
S 250 STARTTLS
C STARTTLS
S 220 go
C EHLO c
S 250-mx
S 250 AUTH PLAIN
= note * plaintext-after-starttls info
= state STARTTLS > GREETED
= exchange 3 EHLO 250 GREETED > READY
C AUTH PLAIN AGFsaWNlAFdvbmRlcjFhbmQ=
S 235 ok
= credential PLAIN success "alice" "Wonder1and" password encrypted
C MAIL FROM:<a@b>
S 250 ok
C RCPT TO:<c@d>
S 250 ok
C DATA
S 354 go
C x
C .
S 250 ok
= message C 1 data accepted complete 3
C QUIT
S 221 bye
=! note * sequence-error
= close smtp CLOSED quit
