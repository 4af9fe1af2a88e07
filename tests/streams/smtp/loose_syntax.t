# Any case, blanks, no brackets, source routes, quoted local parts: read, and told once.
protocol smtp
S 220 mx ESMTP
C eHLo   c.test  
= note C syntax-variant info "eHLo   c.test  "
S 250 mx
C mail   from: a@b.test  size=20
S 250 ok
C rcpt to : <@relay.test,@other.test:"x > y"@d.test> notify=never
S 250 ok
C RCPT TO:<c@d>NOTIFY=NEVER
S 250 ok
C DATA 
S 354 go
C x
C .
S 250 ok
= message C 1 data accepted complete 3 code=250 from="a@b.test" parameters="size=20" to="\"x > y\"@d.test":250:accepted to="c@d":250:accepted
C QUIT
S 221 bye
=! note * sequence-error
= close smtp CLOSED quit*client="c.test"
