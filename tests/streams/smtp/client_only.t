# Only the client was captured: envelope and message are there, what the server said is not known.
protocol smtp
unseen S
C EHLO c
C AUTH LOGIN
C YWxpY2U=
C V29uZGVyMWFuZA==
C MAIL FROM:<a@b>
C RCPT TO:<c@d>
C DATA
C Subject: x
C
C text
C .
C MAIL FROM:<a@b>
C RCPT TO:<c@d>
C DATA
C RSET
C QUIT
end fin
= state CONNECT > READY
= command C 0 ? "YWxpY2U=" data
= command C 3 MAIL
= end C 1 complete 20
= credential LOGIN unknown "alice" "Wonder1and"
= message C 1 data unknown complete 20 from="a@b" to="c@d":0:unknown
=! note * sequence-error
=! note * early-talker
= close smtp * commands=10 messages=1
