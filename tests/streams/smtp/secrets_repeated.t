# A secret of the session stays one wherever it comes again: the final reply, naked lines, findings, recipients.
protocol smtp
S 220 mx.example ESMTP
C EHLO x
S 250-mx.example
S 250 AUTH PLAIN LOGIN
C AUTH PLAIN AGFubmEAU2VjcmV0UGFzczEy
S 535 5.7.8 wrong password SecretPass12 bad
= reply S 2 535 * secret="SecretPass12"
C AUTH LOGIN
S 334 VXNlcm5hbWU6
C YW5uYQ==
S 334 UGFzc3dvcmQ6
C T3RoZXJXb3JkMw==
S 535-5.7.8 OtherWord3
S 535 5.7.8 was wrong
= reply S 3 535 * lines=2 secret="OtherWord3"
C anna
= command C 4 ? "anna" unknown secret="anna"
S 500 what?
C My Third Word
= command C 5 ? "My Third Word" unknown secret="My Third Word"
S 500 unknown: My Third Word
= reply S 5 500 * secret="My Third Word"
C NOOP
S 250 ok
C PASSWORD Fourth44
= command C 7 ? "PASSWORD Fourth44" unknown secret="Fourth44"
S 500 what?
C LOGIN anna Fifth5555
= command C 8 ? "LOGIN anna Fifth5555" unknown secret="anna Fifth5555"
S 500 what?
C USER anna Sixth666
= command C 9 ? "USER anna Sixth666" unknown secret="Sixth666"
S 500 what?
C XYZZY Fifth5555
= command C 10 ? "XYZZY Fifth5555" unknown secret="Fifth5555"
S 500 what?
C MAIL FROM:<anna@x.example> Fifth5555
= command C 11 MAIL "FROM:<anna@x.example> Fifth5555" secret="Fifth5555"
S 250 ok
C RCPT TO:<b@mx.example>
S 550 5.1.1 not with Fifth5555
= reply S 12 550 * secret="Fifth5555"
C EHLO x Fifth5555
= command C 13 EHLO "x Fifth5555" secret="Fifth5555"
S 250 Fifth5555
C MAIL FROM:<>
S 250 ok
C RCPT TO:<b@mx.example>
S 250 ok Fifth5555
C DATA
S 354 go on
C Fifth5555 in a mail is text
C .
S 554 5.7.1 Fifth5555 in your mail
= message C 1 data rejected * to="b@mx.example":250:accepted
C QUIT
S 221 bye from Fifth5555
= state * > QUIT cause="221 bye from ********"
= close smtp
