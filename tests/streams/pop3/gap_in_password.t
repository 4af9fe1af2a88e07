# What is left of a lost PASS is not shown in clear, and no password is made of a piece.
protocol pop3
S +OK ready
C USER tim
S +OK
C? 7
C|cret\r\n
S -ERR no
C|PASS sec
C? 2
C|et\r\n
S +OK
C QUIT
S +OK
= command C 2 ? "cret" unknown torn secret="cret"
= command C 3 PASS "sec" torn secret="sec"
= command C 0 ? "et" data torn secret="et"
= credential USER/PASS success "tim" "" malformed command=3
= exchange 4 QUIT ok
