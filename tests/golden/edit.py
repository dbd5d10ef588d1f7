"""edit.py - a small editor of captures, for golden tests that change a sample and look again.

Classic pcap, little endian, Ethernet. Headers are made right for what was changed; a UDP
checksum of zero says that there is none, and a segment of TCP keeps its length.
"""
import gzip
import hashlib
import hmac
import os
import re
import struct

ETHER = b"\x02\0\0\0\0\1\x02\0\0\0\0\2\x08\0"


def sample(folder, name="alice"):
    """the octets of a capture, packed or not"""
    path = os.path.join(folder, name + ".pcap")
    with (open(path, "rb") if os.path.exists(path) else gzip.open(path + ".gz", "rb")) as f:
        return f.read()


def udp(src, dst, sport, dport, payload, number):
    body = struct.pack("!HHHH", sport, dport, 8 + len(payload), 0) + payload
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(body), number, 0, 64, 17, 0, src, dst)
    return ETHER + head + body


def tcp(src, dst, sport, dport, seq, ack, flags, payload, number):
    body = struct.pack("!HHIIBBHHH", sport, dport, seq, ack, 0x50, flags, 65535, 0, 0) + payload
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(body), number, 0, 64, 6, 0, src, dst)
    return ETHER + head + body


def pcap(frames):
    out = [struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 262144, 1)]
    for i, f in enumerate(frames):
        out.append(struct.pack("<IIII", 1700000000 + i // 10, i % 10 * 100000, len(f), len(f)) + f)
    return b"".join(out)


# ---- one changed place --------------------------------------------------------------

def flip(c):
    """another hex digit or letter of the same class"""
    return bytes([c[0] ^ 1 if c[0] ^ 1 in b"0123456789abcdefABCDEF" else c[0] - 1])


def packets(raw):
    """offset of each packet's bytes and their length"""
    at = 24
    while at + 16 <= len(raw):
        n = struct.unpack_from("<I", raw, at + 8)[0]
        yield at + 16, n
        at += 16 + n


def datagrams(raw):
    """offset and length of each UDP payload over IPv4"""
    for at, n in packets(raw):
        if raw[at + 12:at + 14] == b"\x08\x00" and raw[at + 23] == 17:
            head = at + 14 + 4 * (raw[at + 14] & 15)
            yield head + 8, at + n - head - 8


def change_certificate(raw):
    """one octet in the middle of the first certificate, in every copy of that flight"""
    for at, n in datagrams(raw):
        if n > 25 and raw[at] == 22 and raw[at + 13] == 11:
            # Past both lengths and into the key: wherever it is, the digest changes.
            piece = raw[at + 120:at + 140]
            return raw.replace(piece, piece[:-1] + bytes([piece[-1] ^ 1]))
    raise SystemExit("no certificate message starts a record")


def change_text(raw, pattern):
    """the last character of each thing the pattern finds first, wherever it stands"""
    found = re.search(pattern, raw).group(0)
    return raw.replace(found, found[:-1] + flip(found[-1:]))


def change_tags(raw):
    out = bytearray(raw)
    for at, n in datagrams(raw):
        if n > 60 and raw[at] == 0x80 and (raw[at + 1] & 0x7f) < 64:
            out[at + n - 1] ^= 1
    return bytes(out)


def change_keys(raw):
    for found in set(re.findall(rb"inline:[A-Za-z0-9+/]{40}", raw)):
        wrong = b"A" if found[20:21] != b"A" else b"B"
        raw = raw.replace(found, found[:20] + wrong + found[21:])
    return raw


# ---- whole packets ------------------------------------------------------------------

class Packet:
    """a packet; `data` is what UDP or TCP over IPv4 carries, None where it is something else"""

    def __init__(self, stamp, frame, wire):
        self.stamp, self.frame, self.wire = stamp, frame, wire
        self.data = None
        plain = frame[12:14] == b"\x08\x00" and frame[23] in (6, 17)
        if plain and not struct.unpack_from(">H", frame, 20)[0] & 0x3fff:
            self.udp = frame[23] == 17
            self.head = 14 + 4 * (frame[14] & 15)
            self.src, self.dst = frame[26:30], frame[30:34]
            self.sport, self.dport = struct.unpack_from(">HH", frame, self.head)
            self.body = self.head + (8 if self.udp else 4 * (frame[self.head + 12] >> 4))
            self.data = frame[self.body:14 + struct.unpack_from(">H", frame, 16)[0]]

    def carrying(self, data, **more):
        """the same packet with another payload: src, dst, sport, dport, stamp as they were or as said"""
        new = {k: more.get(k, getattr(self, k)) for k in ("src", "dst", "sport", "dport", "stamp")}
        if self.udp:
            frame = udp(new["src"], new["dst"], new["sport"], new["dport"], data, 1)
            frame = self.frame[:12] + frame[12:]
        else:
            if len(data) != len(self.data):
                raise SystemExit("a segment of TCP keeps its length")
            end = self.body + len(data)
            frame = self.frame[:self.body] + data + self.frame[end:]
        return Packet(new["stamp"], frame, len(frame))

    def cut(self, octets):
        """as a capture with a smaller snapshot length would have kept it"""
        return Packet(self.stamp, self.frame[:octets], self.wire)


def read(raw):
    at = 24
    while at + 16 <= len(raw):
        seconds, micros, n, wire = struct.unpack_from("<IIII", raw, at)
        yield Packet(seconds * 1000000 + micros, raw[at + 16:at + 16 + n], wire)
        at += 16 + n


def write(raw, all_packets):
    """a capture with the file header of `raw`"""
    out = [raw[:24]]
    for p in all_packets:
        out.append(struct.pack("<IIII", p.stamp // 1000000, p.stamp % 1000000, len(p.frame), p.wire) + p.frame)
    return b"".join(out)


def edit(raw, change):
    """`change` gets each packet with a payload: it returns a packet, several, or none to drop it"""
    out = []
    for p in read(raw):
        new = p if p.data is None else change(p)
        out += new if isinstance(new, list) else [new] if new else []
    return write(raw, out)


def payloads(raw, change):
    """`change` gets each payload and returns it, or another one, or None to drop the packet"""
    def one(p):
        new = change(p.data)
        return p if new == p.data else None if new is None else p.carrying(new)
    return edit(raw, one)


# ---- SIP, RTP, ZRTP -------------------------------------------------------------------

def is_sip(data):
    return b"SIP/2.0" in data[:200]


def is_rtp(data):
    return len(data) > 12 and data[0] >> 6 == 2 and not 192 <= data[1] <= 223


def with_length(message):
    """Content-Length made right"""
    head, end, body = message.partition(b"\r\n\r\n")
    head = re.sub(rb"(?im)^(Content-Length|l)( *: *)\d+", rb"\g<1>\g<2>%d" % len(body), head)
    return head + end + body


def sip(raw, change):
    """`change` gets each SIP message in a datagram"""
    return payloads(raw, lambda d: with_length(change(d)) if is_sip(d) else d)


def substitute(raw, pattern, by):
    """in each SIP message; lengths are made right"""
    return sip(raw, lambda m: re.sub(pattern, by, m))


def crc32c(data):
    crc = 0xffffffff
    for c in data:
        crc ^= c
        for _ in range(8):
            crc = crc >> 1 ^ (0x82f63b78 if crc & 1 else 0)
    return crc ^ 0xffffffff


def zrtp_type(data):
    """of a ZRTP packet, else None"""
    return data[16:24].rstrip() if data[:1] == b"\x10" and data[4:8] == b"ZRTP" and len(data) >= 28 else None


def zrtp_packet(like, message):
    """the packet header of another one around a message"""
    data = like[:12] + message
    return data + struct.pack("<I", crc32c(data))


def zrtp_message(name, body=b""):
    return struct.pack(">HH", 0x505a, 3 + len(body) // 4) + name.ljust(8) + body


def mac(key, data):
    return hmac.new(key, data, hashlib.sha256).digest()[:8]


# ---- SRTP -----------------------------------------------------------------------------

def aes_tables():
    box, p, q = [0x63] * 256, 1, 1
    while True:
        p ^= p << 1 & 0xff ^ (0x1b if p & 0x80 else 0)
        q ^= q << 1
        q ^= q << 2
        q ^= q << 4
        q &= 0xff
        q ^= 0x09 if q & 0x80 else 0
        x = q ^ (q << 1 | q >> 7) ^ (q << 2 | q >> 6) ^ (q << 3 | q >> 5) ^ (q << 4 | q >> 4)
        box[p] = (x ^ 0x63) & 0xff
        if p == 1:
            return box


BOX = aes_tables()


def twice(c):
    return c << 1 & 0xff ^ (0x1b if c & 0x80 else 0)


def aes128(key, block):
    """one block (FIPS 197): slow and short, for a handful of session keys"""
    words, round_constant = [list(key[i:i + 4]) for i in range(0, 16, 4)], 1
    for i in range(4, 44):
        w = words[-1]
        if i % 4 == 0:
            w = [BOX[c] for c in w[1:] + w[:1]]
            w[0] ^= round_constant
            round_constant = twice(round_constant)
        words.append([a ^ b for a, b in zip(words[i - 4], w)])
    keys = [sum(words[i:i + 4], []) for i in range(0, 44, 4)]
    s = [a ^ b for a, b in zip(block, keys[0])]
    for number in range(1, 11):
        s = [BOX[s[(i + 4 * (i % 4)) % 16]] for i in range(16)]
        if number < 10:
            mixed = []
            for c in range(0, 16, 4):
                a = s[c:c + 4]
                every = a[0] ^ a[1] ^ a[2] ^ a[3]
                mixed += [a[i] ^ every ^ twice(a[i] ^ a[(i + 1) % 4]) for i in range(4)]
            s = mixed
        s = [a ^ b for a, b in zip(s, keys[number])]
    return bytes(s)


def srtp_auth_key(master):
    """the session authentication key of 16 octets of key and 14 of salt (RFC 3711 4.3.1)"""
    x = bytearray(master[16:30])
    x[7] ^= 1
    return (aes128(master[:16], bytes(x) + b"\0\0") + aes128(master[:16], bytes(x) + b"\0\1"))[:20]


def srtp_tagged(packet, auth_key):
    """80 bits of tag, the rollover counter still zero"""
    return packet + hmac.new(auth_key, packet + b"\0\0\0\0", hashlib.sha1).digest()[:10]
