# What each cell means: a letter for its style, * under the cursor.
pcap tour.pcap
styles
keys Enter n
styles
