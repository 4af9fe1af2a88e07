# A server that repeats the password.
protocol pop2
S + POP2 ready
C HELO anna SecretPass12
S - SecretPass12 is wrong
= reply S 1 refuse * secret="SecretPass12"
= close pop2 * reply="- ******** is wrong"
