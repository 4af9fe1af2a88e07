# Sizes that are none: the client's lines stay commands.
protocol smtp
S 220 mx ESMTP
C EHLO c
S 250 mx
C MAIL FROM:<a@b>
S 250 ok
C RCPT TO:<c@d>
S 250 ok
C BDAT -5 LAST
= note C bdat-invalid low "BDAT -5 LAST"
S 501 no
C BDAT 99999999999999999999
= note C bdat-invalid
S 501 no
C BDAT 9223372036854775808 LAST
= note C bdat-invalid
S 501 no
C BDAT
= note C bdat-invalid
S 501 no
C BDAT x LAST
= note C bdat-invalid
S 501 no
C BDAT 5 FIRST
= note C bdat-invalid
S 501 no
C QUIT
= command C 10 QUIT
S 221 bye
=! begin *
= close smtp CLOSED quit commands=10 messages=0
