# Keys that lead somewhere at once: as sent, figures, paging, the letters of the F keys.
pcap tour.pcap
keys r
expect as sent
shot
keys q 2 F6
expect [raw]
shot
keys q Enter
expect [decoded]
keys F10
refuse Envelope
keys t
expect Envelope
keys s
expect Save to:
keys Esc Esc i
expect [5 Stat
keys F1
expect one line down
keys Space
refuse one line down
keys q
# nothing is read any more
keys P
expect nothing is being read any more
# frozen: the row above tells on a tab, the line above the keys on other screens
keys p
expect FROZEN 00:00:00  +0 new
keys 1 Enter
expect FROZEN 00:00:00  +0 new
expect RCPT TO:<carla
shot
keys p
refuse FROZEN
# the smallest screen: the chosen tab has its name, figures are whole or not there
size 40 10
keys q 1
expect [1 Sess] 2 3 4 5
keys 5
expect 1 2 3 4 [5 Stats]
refuse loginmsgs
click 0 27
expect [3 Creds]
