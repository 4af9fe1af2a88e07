# Lines that are no replies: shown, and they answer nothing.
protocol pop3
S +OK
C USER tim
S|Please wait...\r\n+OK\r\n
C PASS secret
S +WAIT
S +OK
C QUIT
S +OK
= line S "Please wait..."
= exchange 1 USER ok
= reply S 2 odd "+WAIT"
= credential USER/PASS unknown "tim" "secret" password command=2
= reply S 0 ok "+OK" unasked
= exchange 3 QUIT ok
