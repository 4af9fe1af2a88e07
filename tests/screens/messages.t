# Messages, and one of them decoded, as sent, in hexadecimal.
pcap tour.pcap
keys 2
shot
expect Café on Friday?
keys Enter
shot
keys H e
shot
keys F6
expect Subject: =?utf-8?q?Caf=C3=A9_on_Friday=3F?=
shot
keys L
shot
keys X
shot
keys q j j > > >
shot
