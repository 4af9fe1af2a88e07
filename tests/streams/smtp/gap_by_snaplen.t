# Lines cut by the snaplen: of their pieces neither a name, an offer, a challenge nor a finding is made.
protocol smtp
S|220 mx.exa
S? 20
C EHLO c
S|250-mx
S? 10
S|250-PIPELINING\r\n250-SIZE 10
S? 4
S|250 AUTH CRAM-MD5\r\n
= exchange 1 EHLO 250
C AUTH CRAM-MD5
S|334 PDUyNDQ0ODE5N
S? 30
C YWxpY2UgMDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=
S 235 ok
= credential CRAM-MD5 success "alice" *
=! credential * challenge=
C|MAIL FRO
C? 12
S 250 ok
C|BDAT 0 L
C? 5
S 250 ok
C QUIT
S 221 bye
=! note *
= capabilities "PIPELINING\nAUTH CRAM-MD5"
=! close smtp * banner=
