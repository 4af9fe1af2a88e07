# Blanks and backslashes in the password; a login at another host.
protocol pop2
S + POP2 x
C HELO mail.example:alice two\ words \\ end
S #0 messages in <none>
C QUIT
S + bye
= command C 1 HELO * secret="two\\ words \\\\ end"
= credential HELO success "alice" "two words \\ end" password host="mail.example" command=1
= mailbox "alice" messages=0
