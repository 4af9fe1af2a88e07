# An old server: lower case, an unknown word, a stray dot, QUIT without an answer.
protocol pop3
S +ok pop3 sever ready
C user poluchatel
S +ok
C pass parol
S +ok
C stat
S +ok 3 93845
C list
S +ok 3 messages
S 1 1205
S 2 1305
S 3 91335
S .
C dele 1
S +ok
C dele 4
S -err message doesn't exists
C loop
S -err unknown command
C .top 1 0
S -err
C quit
S! fin
C! fin
end fin
= reply S 2 ok "+ok"
= credential USER/PASS success "poluchatel" "parol" password
= exchange 4 LIST ok * lines=3
= exchange 6 DELE refuse
= command C 7 ? "loop" unknown
= command C 8 ? ".top 1 0" unknown
= exchange 9 QUIT unanswered TRANSACTION > CLOSED
= mailbox "poluchatel" messages=3 octets=93845 retrieved= deleted=1 committed=unknown
= close pop3 CLOSED fin commands=9
=! note * deletes-rolled-back
