# Sessions that the person is done with.
pcap tour.pcap
keys F5
expect Forget the 8 sessions shown?
shot
keys n
expect left as it was
expect 8 of 8 shown
keys /
type pop3
keys Enter
expect 2 of 8 shown
keys F5
expect Forget the 2 sessions shown?
keys y
expect forgotten: 2
expect 0 of 6 shown
keys Ctrl-K
expect 6 of 6 shown
keys j Space
keys F9
expect Forget the 5 sessions that are not marked?
keys Esc
expect 6 of 6 shown
keys F9 y
expect 1 of 1 shown
shot
keys F9
expect there is no session to forget
keys 2
expect 1 of 1 shown
keys 4
shot
