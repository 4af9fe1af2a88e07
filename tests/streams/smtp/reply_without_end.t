# A reply of very many lines, then one that never ends.
protocol smtp
limit reply_bytes=1024
S 220 mx ESMTP
C EHLO c
S*1200 250-line after line
S 250 end
= note S reply-oversized low
= reply S 1 250 * lines=1201
C HELP
S*50 214-more
end rst
= reply S 2 214 * torn lines=50
= exchange 2 HELP 214
