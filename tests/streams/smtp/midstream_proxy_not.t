# The capture begins in a message whose first bytes are nearly a PROXY header, version 2.
protocol smtp
midstream
C|\r\n\r\n\0\r\nQUI1.33\0\x0c text\r\n.\r\n
S 250 2.0.0 Ok: queued as 4711
C QUIT
S 221 bye
only message body
= message C 1 data accepted partial 23 code=250 enhanced=2.0.0 queue="4711"
= body 1 "\r\n\r\n\x00\r\nQUI1.33\x00\x0c text\r\n"
