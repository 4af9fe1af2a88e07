# Rows whose sessions memory had no room for, before the list has looked.
pcap tour.pcap
memory 0
shot
keys Enter
expect this session is gone (memory limit, or forgotten)
