# A capture without mail: what was seen instead.
pcap ../tests/screens/no_mail.pcap
shot
keys 2
shot
