# Logins: hidden, shown one, shown all, by account.
pcap tour.pcap
keys 3
shot
refuse hunter2
keys j u
expect hunter2
refuse spring25
shot
keys k
refuse hunter2
keys U
expect spring25
expect hunter2
keys U v
shot
keys v
shot
keys Enter
shot
