# All marked sessions in one ladder, their steps in the order of time.
pcap tour.pcap
keys m
expect two sessions or more must be marked
keys Space Space Space k k Enter
shot
keys n
shot
keys /
type lhlo
keys Enter
expect hit 1 of 1
keys Enter
expect Session 2
keys q Esc
keys q Space m
expect 2 sessions together
shot
