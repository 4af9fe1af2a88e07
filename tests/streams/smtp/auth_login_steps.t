# AUTH LOGIN in three steps; answers that look like commands are answers.
protocol smtp
S 220 mx ESMTP
C EHLO c
S 250-mx
S 250 AUTH LOGIN
C AUTH LOGIN
S 334 VXNlcm5hbWU6
= reply S 2 334 "334 VXNlcm5hbWU6" intermediate secret="VXNlcm5hbWU6"
= state READY > AUTH
C QUIT
= command C 0 ? "QUIT" data secret="QUIT"
S 334 UGFzc3dvcmQ6
C DATA
= command C 0 ? "DATA" data secret="DATA"
S 535 5.7.8 no
= credential LOGIN failure
= state AUTH > READY
= exchange 2 AUTH 535
C QUIT
= command C 3 QUIT
S 221 bye
= close smtp CLOSED quit commands=3 messages=0 login=no
