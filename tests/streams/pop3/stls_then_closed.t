# The connection is closed behind the agreement: no handshake followed.
protocol pop3
S +OK hi
C STLS
S +OK go
end fin
= note * starttls-no-tls medium
= close pop3 CLOSED fin
