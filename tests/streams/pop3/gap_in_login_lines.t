# The user's line and the next challenge are missing: the password is not told as the user.
protocol pop3
S +OK POP3 ready
C AUTH LOGIN
S + VXNlcm5hbWU6
C? 6
S? 16
C cHctMw==
S +OK Logged in.
= credential LOGIN success "" "pw-3" password malformed command=1
C QUIT
S +OK bye
