# The session on the screen goes for want of memory.
pcap tour.pcap
keys Enter
expect Session 1
expect EHLO
memory 0
keys j
expect this session is gone (memory limit, or forgotten)
refuse EHLO
shot
