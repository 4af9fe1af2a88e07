# Two sessions side by side.
pcap tour.pcap
keys j j Space j j j Space g =
shot
keys n n
shot
keys Enter
shot
