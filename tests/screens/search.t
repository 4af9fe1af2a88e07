# Which of how many hits the cursor stands on.
pcap tour.pcap
keys Enter /
type 250
keys Enter
expect hit 1 of
shot
keys n n
expect hit 3 of
shot
keys G
expect hits
keys Esc
refuse hit
# in a message
keys m Enter /
type meet
keys Enter
expect hit 1 of
shot
# side by side
keys q q
keys Space j Space k Enter /
type rcpt
keys Enter
expect hit 1 of
shot
# further hits of a message that fits on the screen
keys q 2 Enter /
type e
keys Enter
expect hit 1 of
keys n
expect hit 2 of
keys N
expect hit 1 of
