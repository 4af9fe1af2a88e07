# A message in the list whose session memory had no room for.
pcap tour.pcap
keys 2
memory 0
keys Enter
expect this session is gone (memory limit, or forgotten)
