#!/bin/sh
# No mutable state at file scope: state lives in the object that owns it. globals.sh BUILD
# The exceptions are named here with their reasons.
set -u
allowed='
capture/base/error.o:die_hook   die() has no object: the viewer leaves its clean-up here
ui/tui/screen.o:                the terminal is one, and signals reach nothing else
ui/main.o:                      signals again
'
build=$1 bad=0 objects=0
for object in $(cd "$build" && find capture dissect ui -name '*.o' | sort); do
    objects=$((objects + 1))
    for name in $(objdump -t "$build/$object" |
        awk 'NF >= 5 && $(NF-2) ~ /^\.(data|bss|tdata|tbss)/ && $(NF-2) !~ /rel\.ro/ && $2 ~ /[lg]/ && $NF !~ /^\./ && / O / {print $NF}'); do
        short=${name%.*[0-9]}
        case $allowed in
        *"$object:$short "* | *"$object: "*) ;;
        *)
            echo "${object%.o}.c: $short is mutable and at file scope"
            bad=$((bad + 1))
            ;;
        esac
    done
done
echo "$objects objects, $bad mutable variables"
[ "$bad" -eq 0 ] && [ "$objects" -gt 0 ]
