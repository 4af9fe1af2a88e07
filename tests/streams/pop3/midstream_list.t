# The capture begins in a list: text, and no message.
protocol pop3
midstream
S|34 120\r\n35 200\r\n36 1\r\n.\r\n
C RETR 36
S +OK 14 octets
S Subject: b
S
S .
end end
= line S "34 120"
= line S "36 1"
= message S 1 retr retrieved complete 14 number=36
= close pop3 TRANSACTION capture_end commands=1 messages=1
