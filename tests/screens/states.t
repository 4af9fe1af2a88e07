# The way through the states; a broken rule stands out.
pcap tour.pcap
keys d
shot
keys J J J
expect States of session 4
shot
keys n Enter
shot
