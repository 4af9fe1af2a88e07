# The greeting is missing: the first reply seen is the one to EHLO.
protocol smtp
S? 30
C EHLO c
S 250-mx
S 250 PIPELINING
= exchange 1 EHLO 250 CONNECT > READY
C QUIT
S 221 bye
= exchange 2 QUIT 221
