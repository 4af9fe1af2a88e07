# APOP: the digest was made of the greeting's timestamp.
protocol pop3
S +OK <dbc> POP3 server ready <1896.697170952@dbc.mtview.ca.us>
C APOP mrose c4c9334bac560ecc979e58001b3e22fb
S +OK maildrop has 1 message (369 octets)
C QUIT
S +OK
= command C 1 APOP "mrose c4c9334bac560ecc979e58001b3e22fb" secret="c4c9334bac560ecc979e58001b3e22fb"
= credential APOP success "mrose" "c4c9334bac560ecc979e58001b3e22fb" digest challenge="<1896.697170952@dbc.mtview.ca.us>" command=1
= state AUTHORIZATION > TRANSACTION
= mailbox "mrose" retrieved= deleted= committed=yes
