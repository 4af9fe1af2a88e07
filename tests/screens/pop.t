# Lists unfold under their reply; deletions that were rolled back.
pcap pop3_deletes_rolled_back.pcap
shot
keys Enter
shot
keys E
shot
keys d
shot
