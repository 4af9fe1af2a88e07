# The capture begins inside AUTH LOGIN, with the name: what follows its challenge is the password.
protocol pop3
midstream
C dGlt
S + UGFzc3dvcmQ6
C c2VjcmV0
S +OK Logged in.
C STAT
S +OK 0 0
C QUIT
S +OK bye
= command C 1 ? "dGlt" unknown torn secret="dGlt"
= reply S 1 odd "+ UGFzc3dvcmQ6" secret="UGFzc3dvcmQ6"
= command C 0 ? "c2VjcmV0" data secret="c2VjcmV0"
= exchange 2 STAT ok
