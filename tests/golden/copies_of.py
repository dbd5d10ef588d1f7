"""copies_of.py - what agents send to monitors, and calls by the thousand; for tests that need them."""
import os
import struct

import edit


def chunk(kind, value):
    return struct.pack("!HHH", 0, kind, 6 + len(value)) + value


def hep(src, dst, sport, dport, protocol, message, seconds=1700000000, key=b"canary-of-the-agent"):
    """one HEPv3 packet; `protocol` as the agent says it (17: UDP, 6: TCP, 22: TLS)"""
    body = (chunk(1, b"\2") + chunk(2, bytes([protocol])) + chunk(3, src) + chunk(4, dst) +
            chunk(7, struct.pack("!H", sport)) + chunk(8, struct.pack("!H", dport)) +
            chunk(9, struct.pack("!I", seconds)) + chunk(10, b"\0\0\0\0") + chunk(11, b"\1") +
            chunk(12, b"\0\0\0\1") + chunk(14, key) + chunk(15, message))
    return b"HEP3" + struct.pack("!H", 6 + len(body)) + body


def messages(folder):
    """source, destination, ports and text of each SIP datagram of a sample"""
    raw = edit.sample(folder)
    for at, n in edit.packets(raw):
        frame = raw[at:at + n]
        if frame[12:14] != b"\x08\0" or frame[23] != 17:
            continue
        sport, dport = struct.unpack_from("!HH", frame, 34)
        if 5060 in (sport, dport) and frame[42:43].isalpha():
            yield frame[26:30], frame[30:34], sport, dport, frame[42:]


def sip(folder, protocol=17):
    for m in messages(folder):
        yield hep(*m[:4], protocol, m[4])


# ---- calls --------------------------------------------------------------------------------------------------------
A, B = bytes([10, 5, 0, 1]), bytes([10, 5, 0, 2])


def say(first, n, cseq, method, tag=""):
    return ("%s\r\nVia: SIP/2.0/UDP 10.5.0.1:5060;branch=z9hG4bK%d%s\r\nFrom: <sip:u%d@10.5.0.1>;tag=f%d\r\n"
            "To: <sip:v%d@10.5.0.2>%s\r\nCall-ID: call-%d@10.5.0.1\r\nCSeq: %d %s\r\nContact: <sip:u@10.5.0.1>\r\n"
            "Content-Length: 0\r\n\r\n" % (first, n, method, n, n, n, tag, n, cseq, method)).encode()


def calls(n, phones=1):
    """n answered calls in clear to one host, from so many telephones in turn"""
    frames = []
    for i in range(n):
        t, tag = i % 60000 + 1, ";tag=t%d" % i
        a = bytes([10, 6, i % phones // 250, 1 + i % phones % 250]) if phones > 1 else A
        to = "sip:v%d@10.5.0.2" % i
        for back, text in ((0, say("INVITE %s SIP/2.0" % to, i, 1, "INVITE")),
                           (1, say("SIP/2.0 200 OK", i, 1, "INVITE", tag)),
                           (0, say("ACK %s SIP/2.0" % to, i, 1, "ACK", tag)),
                           (0, say("BYE %s SIP/2.0" % to, i, 2, "BYE", tag)),
                           (1, say("SIP/2.0 200 OK", i, 2, "BYE", tag))):
            frames.append(edit.udp(B if back else a, a if back else B, 5060, 5060, text, t))
    return edit.pcap(frames)
