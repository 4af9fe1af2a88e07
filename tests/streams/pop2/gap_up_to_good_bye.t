# Only the end was captured: a good-bye is no greeting.
protocol pop2
S? 60
C? 40
S + Sayonara
= reply S 0 ok "+ Sayonara" unasked
=! close pop2 * banner=
