# The size is missing and the connection breaks off in the message: nothing shows that it was whole.
protocol pop2
S + POP2 h ready
C HELO u p
S #1 messages in x
C READ 1
S? 20
C RETR
S Subject: x
S text
end rst
= message S 1 read incomplete *
