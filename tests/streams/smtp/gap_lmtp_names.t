# LHLO is missing, and the verdict names its recipient as LMTP servers do.
protocol smtp
S 220 mx ready
C? 8
S? 60
C MAIL FROM:<a@example>
S 250 OK
C RCPT TO:<b@example>
S 250 OK
C DATA
S 354 go
C x
C .
S 250 2.0.0 <b@example> 4GUoHkLwAWs7KgAAB8AJkg Saved
= message C 1 data accepted complete 3 * to="b@example":250:accepted:250
C QUIT
S 221 bye
= close lmtp CLOSED quit
