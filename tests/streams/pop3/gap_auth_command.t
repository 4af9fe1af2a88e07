# AUTH is missing: what answers its challenges is no command, and is masked; a cancelled one too.
protocol pop3
S +OK POP3 ready
C CAPA
S +OK
S SASL PLAIN
S .
C? 12
S + 
= reply S 0 odd "+ " unasked
C AHA4AHB3LTg=
= command C 0 ? "AHA4AHB3LTg=" data torn secret="AHA4AHB3LTg="
S +OK Logged in.
= reply S 0 ok "+OK Logged in." unasked
C? 12
S + VXNlcm5hbWU6
C *
= command C 0 ? "*" data torn
S -ERR aborted
=! exchange * ?
C QUIT
S +OK bye
= exchange 2 QUIT ok
