# What an onlooker sees of TLS.
pcap smtp_starttls_tls13.pcap
shot
keys Enter G
shot
keys n
shot
