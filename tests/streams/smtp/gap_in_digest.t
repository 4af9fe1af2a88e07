# DIGEST-MD5's challenge is missing: what the server proves at the end is not taken for it.
protocol smtp
S 220 mx ESMTP
C EHLO c
S 250 mx
C AUTH DIGEST-MD5
S? 40
C dXNlcm5hbWU9ImFsaWNlIixyZXNwb25zZT0wMTIzNDU2Nzg5YWJjZGVmMDEyMzQ1Njc4OWFiY2RlZg==
S 334 cnNwYXV0aD02NGY0YzQwODZlNDRiYzU4
C 
S 235 ok
= credential DIGEST-MD5 success "alice" "0123456789abcdef0123456789abcdef" digest command=2
