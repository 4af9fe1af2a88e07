# The server speaks before the line is whole that would tell a PROXY header from text.
protocol smtp
midstream
C|\r\n\r\n\0\r\nQUI1.33
S 220 mx ESMTP
C| and more\r\nQUIT\r\n
S 221 bye
= reply S 0 220 "220 mx ESMTP" greeting
= state CONNECT > GREETED
= command C 5 QUIT
=! message
