# What y puts into the clipboard: as it is shown, escaped; a secret only where it is shown.
pcap ../tests/screens/hostile.pcap
keys y
shot
keys j y
copied 1
keys 3 y
shot
keys Enter
copied d\x1b[2Jdave
expect copied: Account d\x1b[2Jdave
keys y
keys j j j j
keys Enter
copied ********
keys u y j j j j Enter
copied opensesame
keys u y Esc 4 y Enter
copied cleartext-credentials
keys 2 y Enter
copied a\u{202e}b@example.org
keys Enter y
shot
keys Enter
copied 山田太郎 <yamada@example.org>
keys q 1 Enter j j y
copied EHLO evil\x1b]52;c;ZXZpbA==\x07.example
keys d y
copied TCP open, rtt 0.20 ms
keys q q 5 y
copied proto:pop3 serverport:110
