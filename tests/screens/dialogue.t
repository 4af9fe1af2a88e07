# A session: ladder, transcript, folding, details, jumps.
pcap tour.pcap
keys Enter
shot
keys e j j e
keys v
shot
keys n
shot
keys n n m
expect message 1
shot
keys e
expect Shall we meet
shot
keys e ]
shot
keys E r
shot
keys X
shot
keys w w
shot
keys g /
type carla
keys Enter
expect RCPT TO:<car
shot
keys n n Esc J
expect Session 2
shot
