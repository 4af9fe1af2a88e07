# A middle box masks the greeting and the capabilities.
protocol smtp
S 220 **********************************
C EHLO c
S 250-mx
S 250-XXXXXXXA
S 250 XXXB
= capabilities "XXXXXXXA\nXXXB"
= close smtp * banner="**********************************"
