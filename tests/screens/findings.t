# Findings of one kind together, each by itself, and where they lead.
pcap tour.pcap
keys 4
shot
keys j
shot
keys Enter
expect finding=cleartext-credentials
expect 3 of 8 shown
shot
keys Ctrl-K 4 o
shot
keys Enter
shot
