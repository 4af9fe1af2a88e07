# A request whose version has something behind it is one all the same.
protocol smtp
S 220 mx ESMTP
C GET / HTTP/1.1 x
= note C not-a-mail-dialog info "GET / HTTP/1.1 x"
S 500 5.5.1 what?
end fin
= exchange 1 ? 500
= close smtp GREETED fin commands=1 messages=0
