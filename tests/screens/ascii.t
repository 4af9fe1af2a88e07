# A terminal without UTF-8: lines, arrows and letters in ASCII.
pcap ../tests/screens/hostile.pcap
ascii
shot
keys Enter
shot
keys q 2 Enter
shot
keys 5
shot
