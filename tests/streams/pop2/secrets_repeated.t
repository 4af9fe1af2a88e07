# A password behind a mistyped HELO, and one that comes again.
protocol pop2
S + POP2 x
C HLEO tim Secret99
= command C 1 ? "HLEO tim Secret99" unknown secret="tim Secret99"
S - what?
C HELO tim Secret99
S - tim is not Secret99
= reply S 2 refuse * secret="Secret99"
= credential HELO failure "tim" "Secret99" password
C QUIT
S + bye
= close pop2 * user="tim"
