# How many parts messages have: three here, as Python's email counts them too (text, HTML, PDF).
pcap ../tests/screens/parts.pcap
keys 2 Right Right Right Right Right
expect Parts   Size  Session
expect     3    889      1.1
shot
