# Two long sessions compared to their ends.
pcap ../tests/screens/long.pcap
keys Space Space =
expect 1 of 2
keys End
expect QUIT
expect texts are equal
shot
keys Home n
expect CAPA
shot
