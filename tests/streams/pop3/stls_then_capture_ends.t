# The capture ends behind the agreement: whether a handshake followed is not known.
protocol pop3
S +OK hi
C STLS
S +OK go
end end
=! note *
= close pop3 STLS capture_end
