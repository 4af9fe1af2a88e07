# Help from the key table; the save dialog; small screens; header rows.
pcap tour.pcap
keys F1
shot
keys PgDn
shot
keys /
type starttls
shot
# what is typed leaves the lines with it, in every section
expect only lines with "starttls"
keys Enter
shot
keys Esc
refuse only lines
keys / q u u x
expect no line has this text
keys Esc
refuse only lines
keys q F2
shot
keys Tab Down Down Down
shot
keys Esc #
shot
size 40 10
shot
size 39 9
shot
size 12 2
shot
