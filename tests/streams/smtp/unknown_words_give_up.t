# Very many unknown words, refused one after the other: this is no SMTP dialog.
protocol smtp
limit unknown_commands=5
S 220 mx ESMTP
C GET /
S 500 what?
C x
S 500 what?
C x
S 500 what?
C x
S 500 what?
C x
S 500 what?
= note S not-a-mail-dialog info "x"
C MAIL FROM:<a@b>
S 250 ok
=! command * MAIL
= close smtp GREETED capture_end commands=5 messages=0
