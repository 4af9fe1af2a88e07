# How many parts messages have: three here, as Python's email counts them too (text, HTML, PDF).
pcap ../tests/screens/parts.pcap
size 120 35
keys 2
expect Parts
expect Angebot für Oktober      3    889
shot
