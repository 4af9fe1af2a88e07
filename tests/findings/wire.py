"""Findings below the dialog: forged TCP segments, and what TLS handshakes show. For tests/findings/rules."""
import struct

HELLO = ["S 220 mx.example ESMTP", "C EHLO client.example", "S 250 mx.example"]
GOOD = ["C NOOP", "S 250 ok", "C QUIT", "S 221 bye"]
EVIL = "|RSET\\r\\n"  # as long as NOOP and its line end


def tcp(*lines, before=(), port=25):
    return [*before, f"connect 192.168.1.20:40000 198.51.100.25:{port}", *HELLO, *lines, *GOOD, "close"]


def first(*lines):
    return ["connect 192.168.1.20:40000 198.51.100.25:25", *lines, *HELLO, *GOOD, "close"]


WIRE = {
    "tcp-overlap-conflict": (tcp("C^PA" + EVIL), tcp("C^PA|NOOP\\r\\n")),
    # What has a wrong checksum waits; the good copy wins. The same bytes twice are no conflict.
    "tcp-checksum-conflict": (tcp("C^PA,badsum" + EVIL), tcp("C^PA,badsum|NOOP\\r\\n")),
    "rst-suspicious": (tcp("S^R,seq=9"), tcp(*GOOD[:2], "S! rst")[:-3]),
    "fin-suspicious": (tcp("C^FA,seq=268435456"), tcp("C^PA|NOOP\\r\\n")),
    "data-after-reset": (tcp("S^R"), tcp("S^R", "C^PA|NOOP\\r\\n")[:-5]),
    "data-after-fin": (tcp("C^FA", "C^PA,seq=1|QUIT\\r\\n")[:-5], tcp("C^FA", "C^A,seq=1")[:-5]),
    "rst-with-data": (tcp("S^R|go away")[:-5], tcp("S^R")[:-5]),
    "out-of-window": (tcp("C^PA,seq=268435456" + EVIL), tcp("C^PA,seq=2000" + EVIL)),
    "no-ack-data": (tcp("C^P" + EVIL), tcp("C^PA,seq=-1|\\n")),
    "syn-in-flow": (tcp("C^S,seq=1"), tcp("C^S,seq=-22")),  # the connection's own SYN again
    "paws-old": (tcp("C^PA,ts=-60000" + EVIL, before=["timestamps"]),
                 tcp("C^PA,ts=-60000|NOOP\\r\\n", before=["timestamps"])),
    "urgent-data": (tcp("C^PAU,urgent=2,go|NOOP\\r\\n", "S 250 ok"), tcp("C^PA,urgent=2,go|NOOP\\r\\n", "S 250 ok")),
    "tfo-data": (first("C^S,go|EHLO early.example\\r\\n", "S^SA,go", "C^A"), first("C^S,go", "S^SA,go", "C^A")),
    "ttl-outlier": (tcp("C^PA,ttl=59" + EVIL), tcp("C^PA,ttl=60" + EVIL)),
    "truncated-by-snaplen": (tcp("C^PA,go,cut=4|NOOP\\r\\n", "S 250 ok"), tcp("C^PA,go|NOOP\\r\\n", "S 250 ok")),
    "missing-bytes": (tcp("C? 100"), tcp()),
}

# ---- TLS ----


def vector(width, data):
    return len(data).to_bytes(width, "big") + data


def der(tag, *parts):
    data = b"".join(parts)
    size = bytes([len(data)]) if len(data) < 128 else b"\x82" + struct.pack("!H", len(data))
    return bytes([tag]) + size + data


def name(text):
    return der(0x30, der(0x31, der(0x30, b"\x06\x03\x55\x04\x03", der(0x0C, text))))


def certificate(subject=b"mx.example", issuer=b"Example CA", years=(2020, 2035)):
    rsa = der(0x30, b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b", b"\x05\0")
    key = der(0x30, der(0x30, b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01", b"\x05\0"),
              der(0x03, b"\0", der(0x30, der(0x02, b"\0" + b"\xc1" * 128), der(0x02, b"\1\0\1"))))
    valid = der(0x30, *[der(0x17, b"%02d0101000000Z" % (y % 100)) for y in years])
    told = der(0x30, der(0xA0, der(0x02, b"\2")), der(0x02, b"\1"), rsa, name(issuer), valid, name(subject), key)
    return der(0x30, told, rsa, der(0x03, b"\0" + b"\x5a" * 128))


def handshake(kind, body):
    return b"\x16\x03\x01" + vector(2, bytes([kind]) + vector(3, body))


def tls(version=0x0303, suite=0xC02F, server=b"mx.example", **cert):
    """A handshake as far as it is in clear, on port 465."""
    names = struct.pack("!H", 0) + vector(2, vector(2, b"\0" + vector(2, server))) if server else b""
    hello = (b"\3\3" + bytes(range(32)) + b"\0" + vector(2, struct.pack("!H", suite)) + vector(1, b"\0")
             + vector(2, names))
    answer = struct.pack("!H", version) + bytes(32) + b"\0" + struct.pack("!H", suite) + b"\0"
    chain = vector(3, vector(3, certificate(**cert)))
    finished = b"\x14\x03\x03\0\1\1\x16\x03\x03" + vector(2, bytes(40))
    raw = [("C", handshake(1, hello)), ("S", handshake(2, answer) + handshake(11, chain) + handshake(14, b"")),
           ("C", handshake(16, bytes(66)) + finished), ("S", finished)]
    said = [f"{side}|" + "".join(f"\\x{b:02x}" for b in data) for side, data in raw]
    return ["connect 192.168.1.20:40000 198.51.100.25:465", *said, "close"]


TLS = {
    "tls-obsolete": (tls(version=0x0302), tls()),
    "tls-weak-cipher": (tls(suite=0x0005), tls(suite=0x009C)),  # RSA_WITH_RC4_128_SHA, RSA_WITH_AES_128_GCM_SHA256
    "tls-cert-expired": (tls(years=(2020, 2024)), tls(years=(2020, 2026))),
    "tls-cert-self-signed": (tls(issuer=b"mx.example"), tls()),
    "tls-no-server-name": (tls(server=b""), tls()),
}
