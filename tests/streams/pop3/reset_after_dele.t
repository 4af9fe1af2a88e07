# A reset after DELE: rolled back. The end was seen, and nothing is missing.
protocol pop3
S +OK ready
C USER anna
S +OK
C PASS spring
S +OK
C DELE 1
S +OK
end rst
= note S deletes-rolled-back
= mailbox "anna" retrieved= deleted=1 committed=no
= close pop3 CLOSED rst
