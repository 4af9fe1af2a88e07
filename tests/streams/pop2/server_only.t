# Only the server was captured: what follows "=n" is judged by its form.
protocol pop2
unseen C
S + POP2 x
S #2 messages
S =12 characters
S|Subject: a\r\n
S =13 characters
S =14 characters
S|Subject: ccc\r\n
S =0
S + bye
end fin
= reply S 0 ok "#2 messages" unasked
= message S 1 read retrieved complete 12 declared=12
= reply S 0 ok "=13 characters" unasked
= message S 2 read retrieved complete 14 declared=14
= state AUTH > DONE cause="+ bye"
= close pop2 DONE fin commands=0 messages=2
