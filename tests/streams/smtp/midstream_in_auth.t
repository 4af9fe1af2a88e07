# The capture begins in a login: what answers the challenge is no message, no command, and masked.
protocol smtp
midstream
S 334 UGFzc3dvcmQ6
= reply S 0 334 "334 UGFzc3dvcmQ6" unasked
C V29uZGVyMWFuZA==
= command C 0 ? "V29uZGVyMWFuZA==" data torn secret="V29uZGVyMWFuZA=="
S 235 2.7.0 Authentication successful
C MAIL FROM:<a@example>
S 250 2.1.0 Ok
= exchange 1 MAIL 250
C RCPT TO:<b@example>
S 250 2.1.5 Ok
C DATA
S 354 go
C Subject: x
C .
S 250 2.0.0 Ok: queued as 7D08358C
= message C 1 data accepted complete 12 code=250
only message C 1
