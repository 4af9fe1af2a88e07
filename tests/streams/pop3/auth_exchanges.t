# AUTH: the list, a cancelled exchange, PLAIN behind "+ ", LOGIN with the user in the line, CRAM-MD5.
protocol pop3
S +OK ready
C AUTH
S +OK
S PLAIN
S LOGIN
S .
C AUTH PLAIN
S + 
C *
S -ERR cancelled
C AUTH plain
S + 
C AGFsaWNlAHdyb25n
S -ERR [AUTH] no
C AUTH LOGIN YWxpY2U=
S + UGFzc3dvcmQ6
C UVVJVA==
S -ERR no
C AUTH NTLM
S -ERR no such mechanism
C AUTH CRAM-MD5
S + PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+
C dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw
S +OK logged in
C QUIT
S +OK
only credential
= exchange 1 AUTH ok * lines=2
= command C 0 ? "*" data
= credential PLAIN failure "" "" cancelled command=2
= credential PLAIN failure "alice" "wrong" password command=3
= reply S 4 continue "+ UGFzc3dvcmQ6" intermediate secret="UGFzc3dvcmQ6"
= command C 0 ? "UVVJVA==" data secret="UVVJVA=="
= credential LOGIN failure "alice" "QUIT" password command=4
= credential NTLM failure "" "" command=5
= credential CRAM-MD5 success "tim" "b913a602c7eda7a495b4e6e7334d3890" digest challenge="<1896.697170952@postoffice.reston.mci.net>" command=6
= exchange 6 AUTH ok AUTHORIZATION > TRANSACTION
= close pop3 UPDATE quit commands=7 messages=0 login=yes user="tim"
