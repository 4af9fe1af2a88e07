# The server's idle timer ends the session after two DELEs: nothing was deleted.
protocol pop3
S +OK ready
C USER anna
S +OK
C PASS spring
S +OK
C DELE 1
S +OK
C DELE 2
S +OK
wait 600
S -ERR idle timer expired, closing connection
S! fin
end fin
= reply S 0 refuse "-ERR idle timer expired, closing connection" unasked
= note * deletes-rolled-back low
= state TRANSACTION > CLOSED
= mailbox "anna" retrieved= deleted=1,2 committed=no
= close pop3 CLOSED fin
