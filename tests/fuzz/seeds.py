"""seeds.py - writes the seed corpus of the fuzzers: a few bytes of every kind the samples hold.

usage: seeds.py SAMPLES CORPUS

Of each kind a seed is kept only where it differs from those before it (start line or
method, payload type, handshake type), so the corpus stays small. What the samples do not
hold is written here by hand. The output is committed; run this again for a new sample.
"""
import base64
import glob
import gzip
import json
import os
import re
import struct
import sys

SAMPLES, CORPUS = sys.argv[1], sys.argv[2]
LIMIT = 64  # seeds of one kind
# Scenes whose frames and streams differ in kind: the rest would only add size.
APART = ("dtmf-rfc4733", "fragmented-invite", "tcp-rtp-proxy", "tls-dtls-direct", "udp-rtp-direct", "udp-rtp-ipv6",
         "zrtp-direct")
# Every construct of the rule language, over the fields of tests/lib/asking.c.
EXPRESSIONS = (
    "label>=END-TO-END MEDIA and score>=80%",
    "any(legs as x: any(legs as y: x != y and x.transport = y.transport))",
    "all(legs: any(media: keying in {sdes, dtls-srtp} or packets > call.score))",
    "none(legs: transport = none) and count(media: default(lost, 0) + 1 > 2) = 1",
    "length - 1.5min < 90500ms or answer - start >= 0x2 + 3",
    "answer - start > 2s and start < '2026-01-03T00:00:00.5Z'",
    "version >= TLS1.2 and version not in {SSL3, DTLS1.2}",
    "at in {10.0.0.0/8, 2001:db8::/32, first.at} or at = ::ffff:10.1.2.3",
    "at in 192.168.0.0/16 or at = '10.1.2.3'",
    "if(secure is not known, lookup(keying, 'media'), \"it's\") = lookup(codec, \"media\")",
    "not starts(from, 'alice') or (ends(from, 'test') and contains(from, '@'))",
    "first.other.carrier.trusted is known and carrier = by",
    "best and first.fine and leg.best and by.trusted",
    "any(call.legs as l: l.fine) = true",
    "score - -1.25 != 0",
    "media.keying = sdess",
    "first.legs.label = 30 s",
    "default(length, 30)",
    "kying in {sdes,",
)
kept = {}


def keep(fuzzer, what, data):
    """one seed for each `what`, the first one seen"""
    mine = kept.setdefault(fuzzer, {})
    if data and what not in mine and len(mine) < LIMIT:
        mine[what] = data


def watch():
    """requests of the metrics; the state of a watch with a call or two behind it"""
    host = b"Host: a\r\n\r\n"
    for i, line in enumerate((b"GET / HTTP/1.1", b"HEAD /metrics?x HTTP/1.1", b"GET http://a/health HTTP/1.0",
                              b"POST /metrics HTTP/2.0", b"\r\nGET /x HTTP/1.1\r\nA: b\r\n c")):
        keep("fuzz_endpoint", "line-%d" % i, line + b"\r\n" + host)
    finding = {"rule": "MED-001", "class": "exposure", "severity": "high", "outcome": "violated", "title": "t",
               "element": "10.0.0.1:5060", "evidence": [{"input": "a", "frame": 1}], "remediation": "r",
               "problem": "0" * 31 + "1", "waived": None, "caused_by": "SIG-001", "weakens": True}
    call = {"time": "2026-01-02T03:04:05Z", "state": "firm", "id": "a", "label": "EXPOSED", "changed": ["label"],
            "exposed_media_seconds": 1.5, "path": {"hosts": [{"at": "10.0.0.1"}, {"at": "b"}, {"at": "endpoint-1"}]},
            "legs": [{"a": "[::1]:5", "b": "10.0.0.1:5060"}], "ends": [{"address": "10.0.0.1"}],
            "within_earshot": [{"who": "10.0.0.3", "role": "monitor", "could": ["media"], "why": "w"}],
            "shown": [{"kind": "tls", "who": "10.0.0.1:5061", "digest": "ab"}],
            "conditions": {"media": {"verdict": "fail"}}, "findings": [finding, dict(finding, **{"class": "posture"})]}
    mark = {"digest": "ab", "first_ns": 1, "last_ns": 9, "calls": 3}
    alert = dict(finding, open=True, level=1, ordinal=2, count=3, first_ns=1, last_ns=2, told_ns=3, fix="f",
                 conditions=["media"], call="c")
    state = {"alerts_version": 1, "ordinal_base": 1, "alerts": [alert],
             "posture": {"since_ns": 1, "calls": 1, "problems": [dict(finding, calls=1, first_ns=1, last_ns=2)],
                         "rules": [dict(finding, calls=1, problems=1, first_ns=1, last_ns=2)]},
             "memory_version": 1, "since_ns": 1, "entries": [
                 {"kind": "tls", "who": "10.0.0.1:5061", "first_ns": 1, "last_ns": 2, "told": 1, "quiet": 1, "marks": [mark]},
                 {"kind": "host", "who": "b", "first_ns": 1, "last_ns": 2}]}
    lines = [json.dumps(x, separators=(",", ":")) for x in (state, call, dict(call, id="b", findings=[]))]
    keep("fuzz_state", "whole", "\n".join(lines).encode())
    keep("fuzz_state", "state", lines[0].encode())
    keep("fuzz_state", "calls", ("0\n" + "\n".join(lines[1:])).encode())


def tar(name, data):
    """one part, as reports/archive.c writes it"""
    h = b"earshot-bundle/" + name.encode()
    h = h.ljust(100, b"\0") + b"0000644\0" + b"0000000\0" * 2 + b"%011o\0" % len(data) + b"0" * 11 + b"\0" + b" " * 8
    h = (h + b"0" + bytes(100) + b"ustar\x0000" + bytes(64) + b"0000000\0" * 2).ljust(512, b"\0")
    return h[:148] + b"%06o\0 " % sum(h) + h[156:] + data + bytes(-len(data) % 512)


def ng_block(kind, body):
    return struct.pack("<II", kind, len(body) + 12) + body + struct.pack("<I", len(body) + 12)


def frames(path):
    with (gzip.open if path.endswith(".gz") else open)(path, "rb") as f:
        data = f.read()
    at = 24
    while at + 16 <= len(data):
        n = struct.unpack_from("<I", data, at + 8)[0]
        yield data[at:at + 16], data[at + 16:at + 16 + n]
        at += 16 + n


def transport(frame):
    """protocol, ports and payload of an unfragmented datagram or segment; None for the rest"""
    if frame[12:14] == b"\x08\x00" and not struct.unpack_from(">H", frame, 20)[0] & 0x3fff:
        proto, at = frame[23], 14 + (frame[14] & 15) * 4
        end = 14 + struct.unpack_from(">H", frame, 16)[0]
    elif frame[12:14] == b"\x86\xdd":
        proto, at, end = frame[20], 54, 54 + struct.unpack_from(">H", frame, 18)[0]
    else:
        return None
    if proto not in (6, 17):
        return None
    src, dst = struct.unpack_from(">HH", frame, at)
    head = 8 if proto == 17 else (frame[at + 12] >> 4) * 4
    return proto, src, dst, frame[at + head:end]


def values(data):
    """header values by name, for the readers of one value"""
    for line in data.partition(b"\r\n\r\n")[0].split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        keep("fuzz_sip_field", name.strip().decode("latin-1").lower(), value.strip())


def over_tls(way, kind, text):
    """a step of fuzz_tls_seen: which side, 0 raw, 1 sealed, 2 handshake sealed, 3 in a WebSocket frame"""
    return struct.pack(">BH", way | kind << 3, len(text)) + text


def sealed(what, data):
    """SIP as a TCP connection carries it: plain, and under TLS behind both Finished, as text and as frames"""
    done = over_tls(1, 2, b"\x14\0\0\0") + over_tls(0, 2, b"\x14\0\0\0")
    keep("fuzz_tls_seen", "plain-" + what, b"\0" + over_tls(0, 0, data) + over_tls(1, 0, data))
    upgrade = (b"GET / HTTP/1.1\r\nUpgrade: websocket\r\nSec-WebSocket-Protocol: sip\r\n\r\n",
               b"HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nSec-WebSocket-Protocol: sip\r\n\r\n")
    for suite in range(14):
        begin = bytes([1 | suite << 1]) + done
        keep("fuzz_tls_seen", "sealed-%d" % suite, begin + over_tls(0, 1, data) + over_tls(1, 1, data))
    begin = b"\1" + done + over_tls(0, 1, upgrade[0]) + over_tls(1, 1, upgrade[1])
    keep("fuzz_tls_seen", "frames-" + what, begin + over_tls(0, 3, data) + over_tls(1, 3, data))
    keep("fuzz_tls_seen", "update", b"\1" + done + over_tls(0, 2, b"\x18\0\0\1\0") + over_tls(0, 1, data))


def sip(scene, data):
    start = data.split(b"\r\n", 1)[0]
    if not (start.startswith(b"SIP/2.0 ") or start.endswith(b" SIP/2.0")):
        return False
    method = re.search(rb"\nCSeq: *\d+ (\w+)", data)
    what = (start.split(b" ")[1] if start.startswith(b"SIP") else b"") + b"-" + (method[1] if method else b"x")
    what = what.decode().strip("-").lower()
    keep("fuzz_sip", what, data)
    values(data)
    if len(data) < 700:
        sealed(what, data)
    keep("fuzz_sip_stream", what, b"\x40" + data + b"\r\n\r\n" + data)
    keep("fuzz_observe", "sip-" + what, struct.pack(">BBH", 0, 1, len(data)) + data)
    body = data.partition(b"\r\n\r\n")[2]
    for line in re.findall(rb"a=crypto:([^\r\n]*)", body):
        keep("fuzz_sdes", line.split()[1].decode() + "-%d" % len(line), line)
    if body.startswith(b"v=0"):
        keep("fuzz_sdp", scene + ("-answer" if start.startswith(b"SIP") else "-offer"), body)
    return True


def opaque(scene, data):
    first = data[0]
    if 20 <= first <= 63 and data[1:2] == b"\xfe":
        kind = data[13] if first == 22 and len(data) > 13 else first + 100
        keep("fuzz_dtls", "record-%d" % kind, b"\0" + data)
        keep("fuzz_observe", "dtls-%d" % kind, struct.pack(">BBH", 0, 1, len(data)) + data)
    elif data[4:8] == b"ZRTP":
        keep("fuzz_zrtp", "packet-" + re.sub(r"\W", "", data[16:24].decode("latin-1")).lower(), data)
        keep("fuzz_zrtp", "message-" + re.sub(r"\W", "", data[16:24].decode("latin-1")).lower(), data[12:-4])
    elif data[4:8] == b"\x21\x12\xa4\x42":
        keep("fuzz_stun", "message-%s" % data[:2].hex(), data)
    elif first >> 6 == 2 and 192 <= data[1] <= 223:
        keep("fuzz_rtcp", "%s-%d" % (scene, data[1]), data)
    elif first >> 6 == 2:
        keep("fuzz_rtp", "%s-%d" % (scene, data[1] & 127), data)
    else:
        keep("fuzz_udptl", scene, data)


def messages(datagram):
    """whole handshake messages of a DTLS datagram that are readable: type and body"""
    at = 0
    while at + 25 <= len(datagram):
        n = struct.unpack_from(">H", datagram, at + 11)[0]
        body = datagram[at + 13:at + 13 + n]
        if datagram[at] == 22 and datagram[at + 3:at + 5] == b"\0\0" and body[1:4] == body[9:12]:
            yield body[0], body[12:]
        at += 13 + n


def exchanges(scene, talk):
    """the datagrams of one flow's DTLS handshake, and the ZRTP messages, with the way each went"""
    shake = zrtp = b""
    for src, dst, data in talk:
        if data[0] >> 6 == 2:
            keep("fuzz_srtp", "%s-%d" % ("rtcp" if 192 <= data[1] <= 223 else "rtp", data[1]), bytes(3) + data)
        if 20 <= data[0] <= 63 and data[1:2] == b"\xfe" and len(shake) < 8000:
            shake += struct.pack(">BH", src > dst, len(data)) + data
            for kind, body in messages(data):
                if kind == 11 and len(body) > 6:
                    n = int.from_bytes(body[3:6], "big")
                    keep("fuzz_cert", "leaf-%d" % n, b"\x04\x03" + body[6:6 + n])
                keep("fuzz_tls_shake", "message-%d" % kind, bytes([7 if kind == 1 else 3]) + body)
        if data[4:8] == b"ZRTP" and len(zrtp) < 8000:
            zrtp += struct.pack(">BH", src > dst, len(data) - 16) + data[12:-4]
    keep("fuzz_dtls_seen", scene, shake)
    keep("fuzz_zrtp_seen", scene, zrtp)


def segment(scene, data):
    if data[0] in (20, 21, 22, 23) and data[1:2] == b"\x03":
        kind = data[5] if data[0] == 22 else data[0] + 100
        keep("fuzz_tls", "record-%d" % kind, data)
        keep("fuzz_observe", "tls-%d" % kind, struct.pack(">BBH", 0x10, 1, len(data)) + data)


def streams(scene, rtp):
    """the first direction of clear media as cipherlook and the observe room take it"""
    look = seen = b""
    for data in rtp[:60]:
        payload = data[12:]
        look += struct.pack("BBB", min(len(payload), 255), data[1] & 127, 4) + payload[:255]
    for data in rtp[:24]:
        seen += struct.pack(">BBH", 0, 4, len(data)) + data
    keep("fuzz_cipherlook", scene, look)
    keep("fuzz_observe", "media-" + scene, seen)


def wire(scene, all_frames):
    """frames that follow the driver's own head: link type, flags, step, interface, length"""
    few, size = b"", 0
    for header, frame in all_frames:
        fragment = frame[12:14] == b"\x08\x00" and struct.unpack_from(">H", frame, 20)[0] & 0x3fff
        if size > 12 and not fragment:
            continue
        few += struct.pack(">BBBBH", 1, 0, 20, 0, len(frame)) + frame
        size += 1
        if size > 20:
            break
    keep("fuzz_wire", scene, few)
    whole = b"".join(struct.pack(">BBH", 1, 14, len(frame)) + frame for _, frame in all_frames[:12])
    keep("fuzz_pipeline", "frames-" + scene, b"\0" + whole[:4000])


def dialog(scene, talk):
    """SIP of one call and some of its media, as payloads that fuzz_pipeline puts into packets"""
    steps, media = b"", 0
    for src, dst, data in talk:
        sip = data[:1].isalpha()
        media += not sip
        if (sip or media < 12) and len(steps) + len(data) < 4000:
            sides = (0x10 if src < dst else 0x40) if sip else (0xe0 if src < dst else 0xb0)
            steps += struct.pack(">BBH", sides, 20, len(data)) + data
    keep("fuzz_pipeline", "dialog-" + scene, bytes([len(scene) & 3]) + steps)


def captures(scene, all_frames):
    """the head of each capture as a file of its own, classic and pcapng"""
    first = [(h[:8] + struct.pack("<II", len(f), len(f)), f) for h, f in all_frames[:4]]
    classic = struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 262144, 1) + b"".join(h + f for h, f in first)
    ng = block(0x0a0d0d0a, struct.pack("<IHHq", 0x1a2b3c4d, 1, 0, -1))
    ng += block(1, struct.pack("<HHIHHBxxxHH", 1, 0, 262144, 9, 1, 9, 0, 0))
    for h, f in first:
        second, micro = struct.unpack_from("<II", h)
        ticks = (second * 10 ** 6 + micro) * 1000
        ng += block(6, struct.pack("<IIIII", 0, ticks >> 32, ticks & 0xffffffff, len(f), len(f)) + f + bytes(-len(f) % 4))
    secret = b"CLIENT_RANDOM 00 00\n"
    ng += block(10, struct.pack("<II", 0x544c534b, len(secret)) + secret)
    ng += block(5, struct.pack("<III", 0, 0, 0) + struct.pack("<HHQHH", 5, 8, 3, 0, 0))
    for name in ("fuzz_capture", "fuzz_pcapng"):
        keep(name, scene + "-ng", ng)
    keep("fuzz_capture", scene, classic)
    keep("fuzz_capture", scene + "-gz", gzip.compress(classic, mtime=0))


def block(kind, body):
    n = len(body) + 12
    return struct.pack("<II", kind, n) + body + struct.pack("<I", n)


def by_hand():
    keep("fuzz_msrp", "send", b"MSRP a786 SEND\r\nTo-Path: msrp://b.test:2855/s;tcp\r\nFrom-Path: msrp://a.test:2855/t;tcp\r\n"
         b"Message-ID: 87\r\nByte-Range: 1-5/5\r\nContent-Type: text/plain\r\n\r\nhello\r\n-------a786$\r\n")
    keep("fuzz_msrp", "reply", b"MSRP a786 200 OK\r\nTo-Path: msrp://a.test:2855/t;tcp\r\n-------a786$\r\n")
    keep("fuzz_udptl", "fax", bytes.fromhex("0001 03 c0 01 80 00 00".replace(" ", "")))
    keep("fuzz_udptl", "floor", bytes.fromhex("2001 0001 00000001 0002 0003 0404 0001".replace(" ", "")))
    cookie = bytes.fromhex("2112a442")
    user = b"abcd:efgh"
    attribute = struct.pack(">HH", 6, len(user)) + user + bytes(-len(user) % 4)
    keep("fuzz_stun", "binding", struct.pack(">HH", 1, len(attribute)) + cookie + bytes(range(12)) + attribute)
    keep("fuzz_stun", "channel", struct.pack(">HH", 0x4001, 5) + b"hello" + bytes(3))
    for i, text in enumerate(("media=pass", "signaling=pass and (keys=pass or not media=fail)",
                              "label>=END-TO-END MEDIA", "score>=80 and coverage>=60", "hop_protection=pass")):
        keep("fuzz_require", "term-%d" % i, text.encode())
    for i, text in enumerate(EXPRESSIONS):
        keep("fuzz_expr", "%02d" % i, text.encode())
    for i in range(14):
        steps = b"".join(struct.pack(">BH", side | 2 * kind | 8 * step, 20) + bytes(range(20))
                         for step in (0, 1, 0, 3, 0, 4, 0, 2) for side in (0, 1) for kind in (2, 3))
        keep("fuzz_tls_open", "suite-%d" % i, bytes([i]) + steps)
    for i, line in enumerate((
            b"1 AES_CM_128_HMAC_SHA1_80 inline:MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5|2^20|1:4",
            b"2 F8_128_HMAC_SHA1_80 inline:MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5|1:4;"
            b"inline:QUJjZGVmMTIzNDU2Nzg5QUJDREUwMTIzNDU2Nzg5|2^20|2:4 FEC_ORDER=FEC_SRTP KDR=3 WSH=60",
            b"3 AEAD_AES_256_GCM inline:MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMw UNENCRYPTED_SRTCP")):
        keep("fuzz_sdes", "line-%d" % i, line)
    keep("fuzz_mikey", "init", bytes([1, 2, 0, 0, 1, 2, 3, 4, 1, 0]))
    frame = b"\x81\xa4\1\2\3\4" + b"OPTIONS sip:a SIP/2.0\r\nMax-Forwards:"
    keep("fuzz_ws", "get", b"GET / HTTP/1.1\r\nUpgrade: websocket\r\nSec-WebSocket-Protocol: sip\r\n\r\n" + frame)
    keep("fuzz_ws", "reply", b"HTTP/1.1 101 ok\r\nUpgrade: websocket\r\nSec-WebSocket-Protocol: x, sip\r\n\r\n\x89\0")
    keep("fuzz_ws", "pieces", b"\1\3abc\x8a\0\x80\x7e\0\4defg\x82\x7f\0\0\0\0\0\0\0\1h")
    def chunks(*pairs):
        body = b"".join(struct.pack(">HHH", 0, kind, 6 + len(v)) + v for kind, v in pairs)
        return b"HEP3" + struct.pack(">H", 6 + len(body)) + body
    keep("fuzz_hep", "sip", chunks((1, b"\2"), (2, b"\x16"), (3, bytes(4)), (4, bytes(4)), (7, b"\x13\xc4"), (8, b"\x13\xc5"),
                                   (9, bytes(4)), (10, bytes(4)), (11, b"\1"), (12, bytes(4)), (14, b"key"),
                                   (15, b"OPTIONS sip:a SIP/2.0\r\n\r\n")))
    keep("fuzz_hep", "two", chunks((5, bytes(16)), (6, bytes(16)), (16, b"\x1f\x8b")) + chunks())
    keep("fuzz_feed_hep", "key", chunks((1, b"\2"), (14, b"key"), (15, b"OPTIONS")))
    keep("fuzz_feed_hep", "two", chunks((14, b"kex")) + chunks((15, b"INVITE")))
    keep("fuzz_hint", "dns", b"\x08\0\x1d" + bytes.fromhex("000101000001000000000000076578616d706c6503636f6d0000010001"))
    keep("fuzz_hint", "many", (b"\0\0\4abcd" + b"\1\0\4efgh") * 4)
    keep("fuzz_passport", "full", b"eyJhbGciOiJFUzI1NiJ9.eyJpYXQiOjE0NDMyMDgzNDV9.rq3pjT1hoRwakEGjHCnWSwUnshd0-zJ6F1VOgFWSjHBr8Qjp")
    keep("fuzz_passport", "compact", b"..rq3pjT1hoRwakEGjHCnWSwUnshd0-zJ6F1VOgFWSjHBr8Qjp")
    claims = b'{"attest":"A","dest":{"tn":["1"]},"iat":1700000000,"mky":[{"alg":"sha-256","dig":"AA:BB:CC"}],"orig":{"tn":"2"}}'
    for i in (0, 2, 4, 6):
        keep("fuzz_passport_check", "claims-%d" % i, bytes([i, 64]) + bytes(range(1, 65)) + claims)
    keep("fuzz_passport_check", "token", b"\3\0e30.eyJpYXQiOjF9.AAAA")
    for i, name in enumerate((b"CLIENT_RANDOM", b"SERVER_TRAFFIC_SECRET_0")):
        keep("fuzz_keylog", "line-%d" % i, b"# made up\n" + name + b" " + b"0a" * 32 + b" " + b"5b" * 48 + b"\n")
    event = {"run": "r", "event_id": "0a" * 16, "time": "2026-01-02T03:04:05.678901234Z", "severity": "high", "message": "a \u202e]\n"}
    keep("fuzz_output", "call", b"\0" + json.dumps({**event, "id": "c", "state": "firm", "revision": 2, "ends": [{"address": "10.0.0.1:5060"}],
         "legs": [{"transport": "udp", "call_id": "x"}], "conditions": {"media": {"verdict": "fail", "grade": 4, "why": "w"}},
         "findings": [{"rule": "MED-001", "outcome": "violated", "problem": "p"}]}).encode())
    keep("fuzz_output", "alert", b"\2" + json.dumps({**event, "rule": "KEY-001", "class": "attack", "state": "worse", "count": 3, "score": 1.5,
         "element": "\\\"]", "first_seen": "2026-01-01T00:00:00Z", "gates": True, "none": None, "list": [1]}).encode())
    keep("fuzz_output", "names", b"\6" + json.dumps({"a b": 1, "a=b": "2", "a" * 33: 3, "": 4, "n" * 32: "x" * 300}).encode())
    whole = {"schema": "earshot.inventory/1", "comment": "c", "entries": [
        {"address": "10.1.2.3", "role": "endpoint", "name": "ward 3 phone", "scope": ["phi"]},
        {"network": "10.9.0.0/16", "role": ["proxy", "recorder"]}, {"network": "2001:db8::/32", "role": "sbc"},
        {"certificate_sha256": "0a" * 32, "role": "turn"},
        {"address": "10.9.0.7", "role": "conference", "inner_encryption": "asserted"}],
        "taps": [{"label": "alice", "place": "access"}, {"label": "core", "place": "unknown", "question": "q"}],
        "links": [{"between": ["10.1.0.0/16", "10.2.0.1"], "protection": "ipsec", "asserted_by": "n"}]}
    draft = {"schema": "earshot.inventory/1", "entries": [
        {"address": "::1", "role": "unknown", "guess": "endpoint", "reason": "r", "confidence": "low"}],
        "questions": [{"between": ["::1", "::2"], "question": "q"}]}
    keep("fuzz_inventory", "whole", json.dumps(whole).encode())
    keep("fuzz_inventory", "draft", json.dumps(draft).encode())
    keep("fuzz_inventory", "wrong", json.dumps({**draft, "taps": [{"label": "a", "place": "acess"}]}).encode())

    case = {"each": "facts.media_clear", "violated_when": "media.kind = video and busy", "severity": [
        {"when": "emergency", "text": "info"}, "critical"], "detail": "{value} packets{text|3|after ' of '} {{seen}}.",
        "says": [{"on": "media", "known": "fail", "why": "w", "grade": "value"}], "marks": ["exposed", "line.clear"]}
    pack = {"schema": "earshot.rules/1", "pack": "house", "words": {"w": {"a": "b"}},
            "define": [{"name": "busy", "scope": "media", "is": "packets >= 50"}],
            "choices": [{"name": "c", "is": [{"when": "emergency", "text": "SIG-001"}, ""]}],
            "rules": [{"id": "HOUSE-001", "title": "t", "severity": "high", "class": "exposure", "checks": "c",
                       "remediation": "r", "applies_when": "kind = call", "seen_when": "any(media: busy)",
                       "cases": [case, {"each": ["legs"], "when": "readable", "else": False, "outcome": "noted",
                                        "about": "call", "caused_by": "@c"}],
                       "examples": [{"name": "n", "is": "violated", "record": {"kind": "call", "media": [
                           {"kind": "video", "segments": [{"packets": 50, "a": "10.0.0.1:4000", "b": "10.0.0.2:4000"}]}],
                           "legs": [{"transport": "udp", "readable": True}],
                           "facts": [{"kind": "media_clear", "media": 0, "value": 7, "text": "H264"}]}}]}]}
    whole = json.dumps(pack).encode()
    keep("fuzz_pack", "catalogue", whole + b" " * (1 - len(whole) % 2))
    del case["says"], case["marks"]
    whole = json.dumps(pack).encode()
    keep("fuzz_pack", "user", whole + b" " * (len(whole) % 2))
    for name in ("baseline", "e2ee", "contact-center"):
        with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "rules", "policies",
                               name + ".json"), "rb") as f:
            keep("fuzz_policy", name, f.read().replace(b'"name": "', b'"name": "my-'))
    every = {"schema": "earshot.policy/1", "name": "every", "comment": "c", "summary": "s", "inherits": "enterprise",
             "gate": {"classes": ["posture", "hygiene"], "rules": ["SIG-004"], "except": ["PRIV-001"], "fail_on": "low",
                      "min_coverage": 60}, "requires": ["signaling>=partial or not label=WEAK"],
             "severities": {"MED-006": "info"}, "frameworks": ["hipaa", "gdpr"],
             "parameters": {"clear_start_tolerance": 0.5, "minimum_tls": "TLS1.3", "allowed_suites": ["AEAD_AES_256_GCM"],
                            "recorder": "mandated", "bye_linger": 5, "unanswered": 60, "answered_silence": 60,
                            "opaque_silence": 90}}
    keep("fuzz_policy", "every", json.dumps(every).encode())
    keep("fuzz_policy", "itself", json.dumps({**every, "inherits": "file"}).encode())
    one = {"schema": "earshot.framework/1", "name": "n", "groups": ["g"], "id": "i", "title": "t", "edition": "e",
           "status": "guidance", "checked_on": "2026-01-31", "condition": "if so", "notice": "Only if so.", "scope": "phi",
           "controls": [{"id": "1", "citation": "c", "title": "t", "addressable": True, "basis": "recalled", "shows": "s",
                         "not_shown": "n", "looks_at": ["signaling", "media", "keys", "tls"], "maps": ["TX", "SIG-001"]},
                        {"id": "2", "citation": "c", "title": "t", "informs_only": True, "shows": "s", "not_shown": "n",
                         "maps": ["AS", "DT"]}]}
    keep("fuzz_policy", "framework", json.dumps(one).encode())
    short = {c: {"verdict": "partial"} for c in ("signaling", "keys", "media")}
    keep("fuzz_plan", "short", json.dumps({"schema": "earshot.report/1", "run": "0123456789abcdef", "calls": [
        {"ends": [{"address": "10.0.0.1:5060"}, {"address": "endpoint-2"}], "conditions": short,
         "legs": [{"a": "10.0.0.1:4000", "b": "[2001:db8::1]:5061", "encrypted": True}],
         "within_earshot": [{"who": "10.0.9.10", "role": "proxy"}],
         "missing": ["the offer of audio 0", "signaling, on the access link of the callee", "3 further observations",
                     "audio 0 from the caller, at a second place: the access link of the caller or of the callee"]}]}).encode())
    # A signature over "{}\\n" under a key that nobody has any more.
    signature = (
        "MIICOAYJKoZIhvcNAQcCoIICKTCCAiUCAQExDTALBglghkgBZQMEAgEwCwYJKoZIhvcNAQcBoIIBcTCCAW0wggEToAMCAQICFDdNupE39eMjKMjD"
        "mE2NmEbD5/9/MAoGCCqGSM49BAMCMAwxCjAIBgNVBAMMAWEwHhcNMjYxMTI4MDMzNzU5WhcNMzYxMTI1MDMzNzU5WjAMMQowCAYDVQQDDAFhMFkw"
        "EwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEl0X7FrnvTNEIxyLMUi0U0mxZ4JCzzm7Y27IZbHFZ6EYVS7jcW8kziCQe8gzAy6ANx9r9heiYr/9OwZjR"
        "JSDJlqNTMFEwHQYDVR0OBBYEFBVJc6X45T58MiTpbnf/o4Hmt7xRMB8GA1UdIwQYMBaAFBVJc6X45T58MiTpbnf/o4Hmt7xRMA8GA1UdEwEB/wQF"
        "MAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIgebO4ibVuN3FJab0ckAJ5Cnnzp6K/1hRsDeUJUG9qeooCIQCZdXAA9eBOoEEyedD+2XQKOy/l23JeU6ks"
        "whoxW757tzGBjjCBiwIBATAkMAwxCjAIBgNVBAMMAWECFDdNupE39eMjKMjDmE2NmEbD5/9/MAsGCWCGSAFlAwQCATAKBggqhkjOPQQDAgRHMEUC"
        "IQD8QAtDLxdWAIwai6x74kruhAlyYtECLMycbdsH3m3TNQIgc5rX7TQS0v8wtnggm9RBYHMb8I5TDeUJpsUKsdboc18=")
    keep("fuzz_bundle", "signature", b"\3" + base64.b64decode(signature))
    digest = "0" * 64
    keep("fuzz_bundle", "manifest", b"\2" + json.dumps({
        "schema": "earshot.bundle/1", "redact": "mask", "signer_sha256": digest, "inputs": [{"frames": 3}]}).encode())
    keep("fuzz_bundle", "container", b"\0" + tar("report.json", b"{}\n") + bytes(1024))
    comment = b"frame 12: STUN, header only"
    keep("fuzz_bundle", "extract", b"\1" + ng_block(0x0a0d0d0a, struct.pack("<IHHq", 0x1a2b3c4d, 1, 0, -1)) + ng_block(
        1, struct.pack("<HHIHH", 101, 0, 65535, 2, 5) + b"alice\0\0\0" + struct.pack("<HHIHH", 9, 1, 9, 0, 0)) + ng_block(
        6, struct.pack("<IIIII", 0, 395812, 1, 4, 60) + b"abcd" + struct.pack("<HH", 1, len(comment)) + comment +
        bytes(-len(comment) % 4 + 4)))
    key = "WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz"
    body = ("v=0\r\no=a 1 2 IN IP4 10.0.0.1\r\ns=-\r\nc=IN IP4 10.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/SAVP 0\r\n"
            "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:%s|2^20|1:4 KDR=1\r\na=rtpmap:0 PCMU/8000\r\na=setup:actpass\r\n"
            "a=fingerprint:sha-256 AB:CD\r\na=zrtp-hash:1.10 ab\r\na=key-mgmt:mikey %s\r\n" % (key, key))
    head = ("INVITE sip:bob@h.example;lr SIP/2.0\r\nVia: SIP/2.0/TCP [2001:db8::1]:5060;branch=z9hG4bKa;received=10.0.0.9\r\n"
            "Route: <sip:p.example;lr>\r\nFrom: \"A\" <sip:alice@h.example>;tag=1\r\nTo: <tel:+15550001>\r\nCall-ID: a@b\r\n"
            "CSeq: 1 INVITE\r\nContact: *\r\nMax-Forwards: 70\r\nContent-Type: application/sdp\r\n\r\n")
    keep("fuzz_extract_sip", "offer", (head + body).encode())
    keep("fuzz_extract_sip", "challenge", head.split("Content-Type")[0].replace("INVITE sip:bob@h.example;lr SIP/2.0", (
        "SIP/2.0 401 Unauthorized")).encode() + b'WWW-Authenticate: Digest realm="r", nonce="n", algorithm=MD5, qop="auth"\r\n\r\n')
    keep("fuzz_engagement", "whole", json.dumps({
        "schema": "earshot.engagement/1", "organisation": "o", "assessor": "a", "reference": "r", "scope": "s",
        "authority": "b", "from": "2026-01-01", "to": "2026-01-31", "comment": "c", "not_covered": ["n"],
        "captured": [{"label": "alice", "by": "b", "where": "w", "authority": "a", "when": "10.0.0.1"}],
        "population": {"of": "calls", "total": 12, "sample": "s"}}).encode())
    watch()
    keep("fuzz_load", "short", json.dumps({
        "schema": "earshot.report/1", "run": "0123456789abcdef", "tool": {"version": "1"}, "inputs": [{"label": "a"}],
        "summary": {"label": "EXPOSED", "conditions": {c: {"verdict": "fail", "counts": {"fail": 1}} for c in short}},
        "calls": [{"id": "1", "kind": "call", "label": "EXPOSED", "score": 3, "conditions": short, "findings": [
            {"rule": "SIG-001", "severity": "high", "outcome": "violated", "evidence": [{"input": "a", "frame": 1}]}]}],
        "problems": [{"rule": "SIG-001", "severity": "high", "calls": 1}], "frameworks": [{"id": "f", "controls": [{}]}],
        "unexplained_media": [], "later": ["\u202e\ud83d\ude00", -0.5, 1e9]}).encode())
    problem = {"rule": "SIG-001", "severity": "high", "outcome": "violated", "title": "Plaintext SIP", "scope": "leg 0",
               "element": "10.0.0.1:5060", "problem": "0123456789abcdef" * 2, "waived": None}
    row = {"label": "EXPOSED", "legs": [{"a": "endpoint-1:5060", "b": "10.0.0.1:5060", "transport": "tls", "encrypted": True,
                                         "tls": "TLS 1.2, x"}],
           "media": [{"keying": "sdes", "offerer": "a", "answerer": "b", "segments": [{"a": "[2001:db8::1]:4", "b": "b:2"}]}],
           "findings": [problem, {**problem, "scope": "media 0 segment 0", "problem": "f" * 32}]}
    one = {"schema": "earshot.report/1", "run": "a", "summary": {"label": "EXPOSED", "coverage": 0.5, "coverage_required": 2},
           "inputs": [{"complete": False}], "problems": [], "calls": [row]}
    two = {**one, "calls": [{**row, "findings": [{**problem, "severity": "critical", "waived": {"owner": "x"}}]}]}
    keep("fuzz_contrast", "two", json.dumps(one).encode() + b"\0" + json.dumps(two).encode())
    keep("fuzz_contrast", "gone", json.dumps(two).encode() + b"\0" + json.dumps({**one, "calls": [{}]}).encode())
    keep("fuzz_contrast", "alone", json.dumps(one).encode())
    waiver = {"rule": "SIG-001", "reason": "r", "owner": "o", "expires": "2027-01-31"}
    keep("fuzz_waiver", "two", json.dumps({"schema": "earshot.waivers/1", "comment": "c", "waivers": [
        waiver, {**waiver, "rule": "MED-001", "element": "10.0.0.1", "problem": "0" * 32, "expires": "2025-12-31"}]}).encode())
    keep("fuzz_waiver", "wrong", json.dumps({"schema": "earshot.waivers/1", "waivers": [{**waiver, "rule": "SIG-01"}]}).encode())
    keep("fuzz_record", "markup", b"<script>alert('x')</script>&\"\x00\x1b[31m\xc2\x9b\xff\xfe")
    keep("fuzz_record", "unicode", "\u202eabc\u00e9\U0001f600".encode())
    for i, kinds in enumerate(((0, 1), (1, 0, 2, 3), tuple(range(9)))):
        keep("fuzz_track", "steps-%d" % i, b"".join(
            bytes([k, 2 * n & 255]) + bytes((n * 7 + k * 31 + j * 13) & 255 for j in range(40))
            for n in range(8) for k in kinds))


def user_keys(path):
    """what the samples have of keys; none of them is used anywhere else"""
    scene = os.path.basename(os.path.dirname(path))
    with open(path, "rb") as f:
        text = f.read()
    if path.endswith(".key"):
        for i in range(3):
            keep("fuzz_pem", "%s-%d" % (scene, i), bytes([i]) + text)
        return
    for line in text.splitlines():
        keep("fuzz_keylog", line.split()[0].decode().lower(), line + b"\n")


def sample(path):
    scene = os.path.basename(os.path.dirname(path))
    all_frames = list(frames(path))
    media = {}
    talk, everything = [], []
    for _, frame in all_frames:
        t = transport(frame)
        if not t or not t[3]:
            continue
        proto, src, dst, data = t
        if proto == 17:
            everything.append((src, dst, data))
        if sip(scene, data):
            continue
        (opaque if proto == 17 else segment)(scene, data)
        if proto == 17:
            talk.append((src, dst, data))
        if proto == 17 and data[0] >> 6 == 2 and not 192 <= data[1] <= 223:
            media.setdefault((src, dst), []).append(data)
    exchanges(scene, talk)
    dialog(scene, everything)
    if scene in APART:
        if media:
            streams(scene, max(media.values(), key=len))
        wire(scene, all_frames)
        captures(scene, all_frames)


def main():
    for path in sorted(glob.glob(os.path.join(SAMPLES, "*", "alice.pcap*"))):
        sample(path)
    for path in sorted(glob.glob(os.path.join(SAMPLES, "*", "*.key*"))):
        user_keys(path)
    by_hand()
    total = 0
    for fuzzer, seeds in sorted(kept.items()):
        folder = os.path.join(CORPUS, fuzzer)
        os.makedirs(folder, exist_ok=True)
        for what, data in sorted(seeds.items()):
            with open(os.path.join(folder, what), "wb") as f:
                f.write(data)
            total += len(data)
        print("%-16s %3d seeds" % (fuzzer, len(seeds)))
    print("%d octets" % total)


main()
