# The capture begins with the replies to a group of commands, and the message of its BDAT follows.
protocol smtp
midstream
S 250 OK
S 250 Accepted
C Received: from root by mx2.lab.test with local (Exim 4.96)
C |
C Subject: pc 0
C
C text
S 250 OK id=1xUr52-0000z1-2c
=! command C * unknown
= message C 1 data * partial *
