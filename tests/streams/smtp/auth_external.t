# A login that names nobody is one all the same.
protocol smtp
S 220 mx ESMTP
C EHLO c
S 250-mx
S 250-AUTH EXTERNAL
S 250 
C AUTH EXTERNAL =
S 235 2.7.0 ok
= credential EXTERNAL success "" "" command=2
C QUIT
S 221 bye
= capabilities "AUTH EXTERNAL"
= close smtp CLOSED quit commands=3 messages=0 login=yes
