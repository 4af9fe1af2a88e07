# Bare LF throughout, both ways: the message ends with LF.LF.
protocol smtp
S|220 mx ESMTP\n
C|HELO c\n
= command C 1 HELO "c" lf
= note C bare-lf info "HELO c"
S|250 mx\n
C|MAIL FROM:<a@b>\n
S|250 ok\n
C|RCPT TO:<c@d>\n
S|250 ok\n
C|DATA\n
S|354 go\n
C|Subject: x\n\n..dot\ntext\n.\n
S|250 queued as 12AB\n
= message C 1 data accepted complete 22 code=250 * queue="12AB" eod=LF.LF
= body 1 "Subject: x\n\n.dot\ntext\n"
C|QUIT\n
S|221 bye\n
=! note * smtp-eod-variant
= close smtp CLOSED quit
