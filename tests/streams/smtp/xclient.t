# XCLIENT: a second 220, EHLO again; XFORWARD before each message.
protocol smtp
S 220 mx ESMTP
C EHLO proxy
S 250-mx
S 250 XCLIENT NAME ADDR
C XCLIENT NAME=client.test ADDR=192.0.2.9
= note C xclient info "XCLIENT NAME=client.test ADDR=192.0.2.9"
S 220 mx ESMTP
= state READY > GREETED
= exchange 2 XCLIENT 220
C EHLO client.test
S 250 mx
= state GREETED > READY
C XFORWARD NAME=x
S 250 ok
C MAIL FROM:<a@b>
S 250 ok
=! note * sequence-error
C QUIT
S 221 bye
= close smtp CLOSED quit commands=6*client="client.test"
