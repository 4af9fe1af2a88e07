# Bytes that are missing in the capture.
pcap tcp_gap_in_message.pcap
shot
keys Enter n
shot
keys m Enter
shot
