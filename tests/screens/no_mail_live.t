# An interface on which nobody speaks mail yet.
live ../tests/screens/no_mail.pcap
shot
packets 13
shot
expect TCP ports seen: 80 (2)
