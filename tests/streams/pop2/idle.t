# The server says good-bye while a size waits for RETR.
protocol pop2
S + POP2 x
C HELO alice secret
S #1 messages
C READ
S =12 characters
wait 600
S - Autologout; idle for too long
S! fin
end fin
= reply S 0 refuse "- Autologout; idle for too long" unasked
= state ITEM > DONE
= mailbox "alice" messages=1 octets=0 retrieved= deleted= committed=unknown
= close pop2 DONE fin commands=2 messages=0
