# The list of sessions: order, marks, filter, columns.
pcap tour.pcap
shot
expect everything was read: 146 packets, 8 sessions
keys j j Space
expect 4.2.0
shot
# by another column, the cursor stays on its session
keys > > z
shot
keys / 
type code>=5
shot
type 50
expect ok,
shot
keys Enter
shot
keys Ctrl-K
keys /
type clie
shot
keys Tab
shot
keys Esc
# columns
keys F10
shot
keys Down Space Esc
refuse Start
keys :
type columns number,client,subject:30,result
keys Enter
shot
keys :
type nosuch
keys Enter
expect there is no command "nosuch"
keys F7
type smtp
keys Tab Tab Tab
type anna
shot
keys Enter
expect 1 of 8 shown
