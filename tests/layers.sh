#!/bin/sh
# Who may include whom. A lower layer never includes an upper one:
#   0 capture/base   1 capture   2 dissect   3 ui/export   4 ui, ui/tui
# Each dependency has one room, headers have no cycles, includes name their layer.
set -u
cd "$(dirname "$0")/.."

list=$(mktemp)
trap 'rm -f "$list"' EXIT
find capture dissect ui \( -name '*.c' -o -name '*.h' -o -name '*.def' \) -exec \
    grep -HnE '^[[:space:]]*#[[:space:]]*include' {} + |
    sed -E 's/^([^:]*):([0-9]+):[[:space:]]*#[[:space:]]*include[[:space:]]*/\1 \2 /' >"$list"

awk '
function rank(path) {
    if (path ~ /^capture\/base\//) return 0
    if (path ~ /^capture\//) return 1
    if (path ~ /^dissect\//) return 2
    if (path ~ /^ui\/export\//) return 3
    if (path ~ /^ui\//) return 4
    return -1
}
function wrong(what) { printf "%s:%s: %s: %s\n", $1, $2, what, $3; failed++ }
# ROOM: header → the only files that may include it.
function room(header, files) { if ($3 ~ header && $1 !~ files) wrong("only " files " may include this") }
{
    checked++
    if ($3 ~ /^</) {
        room("^<pcap", "^capture/source[a-z_]*\\.[ch]$")
        room("^<n?curses", "^ui/tui/screen[a-z_]*\\.[ch]$")
        room("^<gmime", "^dissect/mime[a-z_]*\\.[ch]$")
        room("^<maxminddb", "^ui/export/geo\\.c$")
        room("^<seccomp", "^ui/sandbox[a-z_]*\\.c$")
        if ($3 ~ /^<(ctype|setjmp|alloca)\.h>/) wrong("not used here")
        next
    }
    if ($3 !~ /^"/) next # a macro that names a list
    path = $3
    gsub(/"/, "", path)
    if (rank(path) < 0) { wrong("the include does not name its layer"); next }
    if (rank(path) > rank($1)) wrong("a lower layer includes an upper one")
    if (rank($1) == 2 && rank(path) == 1 && path != "capture/stream.h") wrong("dissect knows capture/base and stream.h only")
    if (rank($1) == 0 && rank(path) > 0) wrong("base knows libc only")
}
END { printf "%d includes, %d wrong\n", checked, failed; exit failed > 0 || !checked }
' "$list" || exit 1

# Headers that include each other, by way of however many others.
grep -E '^[^ ]*\.h [0-9]+ "' "$list" | awk '{ gsub(/"/, "", $3); print $1, $3 }' | tsort >/dev/null || {
    echo "headers include each other in a circle"
    exit 1
}
