# Findings of one kind together, each by itself, and where they lead.
pcap tour.pcap
keys 4
shot
keys j
shot
keys Enter
expect finding=cleartext-credentials
expect 3 of 8 shown
shot
keys Ctrl-K 4 v
shot
keys Enter
shot
# kinds that are not wanted
keys q 4 v
keys j m
expect muted: a password was sent in clear
shot
keys j
expect 1 kind muted (M)
refuse HIGH a password was sent in clear
shot
keys M
expect HIGH a password was sent in clear
shot
keys k k m
expect listed again
expect HIGH a password was sent in clear
refuse muted
