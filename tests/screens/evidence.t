# e goes from a finding to the step that shows it; f leaves only problems of a dialog.
pcap tour.pcap
keys 4
keys v j e
expect a password was sent in clear
shot
keys f
expect problems (only these, f shows all)
refuse EHLO
shot
keys /
type EHLO
keys Enter
expect no such text in this session
keys Esc f Home
expect EHLO
keys q 4 v e
shot
keys q 1 j j j j j j Enter f
expect no problem in this session
