# The capture begins in a message that ends with a dot: "chunk" in the answer is of its Message-ID.
protocol smtp
midstream
C of the text of a message,
C which goes on
C
C and on.
C .
S 250 2.6.0 <chunk1@mail.example> [InternalId=77] Queued mail for delivery
= message C 1 data accepted partial 53
C QUIT
S 221 bye
=! message C 1 bdat
= close smtp CLOSED quit
