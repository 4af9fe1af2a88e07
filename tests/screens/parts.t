# A message of several parts: its tree, each part as text, an attachment that lies.
pcap ../tests/screens/parts.pcap
keys 2 Enter
expect Angebot für Oktober
shot
keys PgDn
expect angebot.pdf
keys Home
keys ]
shot
keys ]
shot
keys e
shot
