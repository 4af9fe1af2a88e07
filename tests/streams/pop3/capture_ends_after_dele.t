# The capture ends before the session: what became of the deletions is not known.
protocol pop3
S +OK ready
C USER anna
S +OK
C PASS spring
S +OK
C DELE 1
S +OK
end end
= mailbox "anna" retrieved= deleted=1 committed=unknown
= close pop3 TRANSACTION capture_end
=! note
