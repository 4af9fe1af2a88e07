# The differences of two steps of a dialog.
pcap tour.pcap
keys Enter /
type rcpt
keys Enter Space Space Enter
expect - RCPT TO:<boris@office.example>
expect + RCPT TO:<carla@office.example>
shot
keys Esc Esc Esc
expect no step is marked any more
# the lines of an answer beside the command; the later mark may be the earlier step
keys Home j j j Space k k Space Enter
expect +0.010 s behind the first
shot
keys q
# a third mark takes the oldest one's place, a second time takes it back
keys Home Space Enter
shot
