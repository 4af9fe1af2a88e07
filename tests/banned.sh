#!/bin/sh
# Functions that this project does not use, in code (comments and strings may name them).
# What they lack is a bound, or they keep state of their own; bytes, buf, text and limits stand in.
set -u
cd "$(dirname "$0")/.."
banned='sprintf|vsprintf|strcpy|stpcpy|strcat|strncpy|strncat|sscanf|fscanf|scanf|gets|alloca'
banned="$banned|strtok|strtok_r|atoi|atol|atoll|atof|strdupa|mktemp|tmpnam|tempnam|system|popen"
banned="$banned|setjmp|longjmp|rand|srand|localtime|gmtime|asctime|ctime|strerror_r"
banned="$banned|isalpha|isdigit|isspace|isalnum|isupper|islower|toupper|tolower|isprint|isxdigit"

found=0 files=0 hits=$(mktemp)
trap 'rm -f "$hits"' EXIT
for f in $(find capture dissect ui \( -name '*.c' -o -name '*.h' \) | sort); do
    files=$((files + 1))
    # Comments and strings are blanked, lines are kept.
    perl -0777 -pe '
        s{(/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|'"'"'(?:\\.|[^'"'"'\\\n])*'"'"')}{
            my $t = $1; $t =~ s/[^\n]/ /g; $t }gse' "$f" |
        grep -nE "(^|[^A-Za-z0-9_.>])($banned)[[:space:]]*\(" | sed "s|^|$f:|" >"$hits"
    if [ -s "$hits" ]; then
        cat "$hits"
        found=$((found + 1))
    fi
done
echo "$files files, $found with banned functions"
[ "$found" -eq 0 ] && [ "$files" -gt 0 ]
