# F8: what can be changed while it runs; names and addresses.
pcap tour.pcap
alias 192.0.2.21 laptop
alias 198.51.100.10 wrong
alias 198.51.100.10 mx
expect laptop:51002
shot
keys a
expect addresses (a shows names)
expect 192.0.2.21:51002
refuse laptop
refuse mx.office
keys o
expect off
shot
keys j j j Space
keys w
expect kept in the settings: set names on
keys j Space
expect shown
keys w
expect this holds for this run only
keys Space
keys k k k k Space
expect since start
keys Esc Enter v
expect Since start
expect laptop 
shot
