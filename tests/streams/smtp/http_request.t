# HTTP sent to a mail server: a mail server, not a mail dialog.
protocol smtp
S 220 mx ESMTP
C GET / HTTP/1.1
= note C not-a-mail-dialog info "GET / HTTP/1.1"
C Host: mx
C
S 500 5.5.1 what?
S 500 5.5.1 what?
S 500 5.5.1 what?
end fin
= exchange 3 ? 500
= close smtp GREETED fin commands=3 messages=0
