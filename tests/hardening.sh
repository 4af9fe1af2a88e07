#!/bin/sh
# Is the program compiled as it must be to parse hostile bytes as root? hardening.sh PROGRAM
set -u
program=$1 failed=0 passed=0

hold() { # what, command...
    what=$1
    shift
    if "$@" >/dev/null 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "$program: $what"
    fi
}
has() { readelf -W "$1" "$program" | grep -qE "$2"; }
lacks() { ! readelf -W "$1" "$program" | grep -qE "$2"; }

hold "is not position independent" has -h 'Type:[[:space:]]+DYN'
hold "lacks RELRO" has -l 'GNU_RELRO'
hold "binds lazily (no BIND_NOW)" has -d 'BIND_NOW|FLAGS.*NOW'
hold "has an executable stack" has -l 'GNU_STACK.*RW '
hold "has a writable and executable segment" lacks -l 'LOAD.*RWE'
hold "has a run path" lacks -d 'RPATH|RUNPATH'
hold "has no stack protector" has -s '__stack_chk_fail'
hold "has no fortified calls" has -s '__(memcpy|memmove|memset|fprintf|vfprintf|snprintf|vsnprintf|read|pread|fread)_chk'
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
