# Figures, of all sessions and of those the filter shows.
pcap tour.pcap
keys 5
shot
keys n n n n
shot
keys G
shot
keys 1 /
type proto:pop3
keys Enter 5
expect 2 sessions that the filter shows
shot
keys f
expect 8 sessions that ended
keys g Enter
expect proto:smtp serverport:25
