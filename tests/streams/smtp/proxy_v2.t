# A PROXY header, version 2, with a TLV that holds line ends.
protocol smtp
C|\r\n\r\n\0\r\nQUIT\n\x21\x11\x00\x12\xcb\x00\x71\x4d\xc0\x00\x02\x19\x9c\x41\x00\x19\x04\x00\x03\r\n\nEHLO c\r\n
= note C proxy-header info "version 2: 203.0.113.77 port 40001 to 192.0.2.25 port 25"
S 220 mx ESMTP
S 250 mx
= exchange 1 EHLO 250
C QUIT
S 221 bye
=! command * ?
= close smtp CLOSED quit commands=2
