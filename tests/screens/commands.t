# Commands that say no, and why.
live tour.pcap
packets 60
keys :
type interface
keys Enter
expect listening on eth0; there are: (not known)
keys :
type continue
keys Enter
expect a live capture can not go on once it was stopped
keys :
type port 25
keys Enter
expect a port is written 2525=smtp (or lmtp, pop2, pop3)
keys :
type port pop3=99999
keys Enter
expect a port is written
keys :
type port 1100=pop3
keys Enter
expect mailwire --port pop3=1100 reads it again so
keys :
type alias 192.0.2.21 laptop
keys Enter a a
expect laptop:51002
keys :
type nosuch
keys Enter
expect there is no command "nosuch"
keys F1 /
type :mem
expect another limit for the viewer's memory
