# Whatever bytes come, they are shown, not obeyed; wide letters stay aligned.
pcap ../tests/screens/hostile.pcap
shot
keys Enter
shot
keys E
shot
keys q 2
shot
keys Enter
shot
keys H
shot
keys F6
shot
keys q 3
expect d\x1b[2Jdave
shot
keys 4
shot
