# A capture that goes on: the list follows, stays where the person is, stands still when told to.
live tour.pcap
packets 60
shot
# up: no longer followed; what comes then stands below
keys Up
expect follow off
refuse below
size 80 10
packets 70
shot
keys G
expect follow on
refuse below
# frozen: what comes and what changes is counted only
size 80 24
keys p
packets 4
shot
finish
shot
keys p
refuse FROZEN
