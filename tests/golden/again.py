"""again.py - a sample as a second recording of the same network would have it.

The same hosts and bytes; other Call-IDs, tags, branches, SSRCs, media and client ports, a day later.
All in the lengths they had. What a changed hop looks like is one more rewriting of a packet.
"""
import gzip
import re
import struct

DAY = 86400
EPHEMERAL = 32768


def packets(path):
    with (gzip.open if path.endswith(".gz") else open)(path, "rb") as f:
        data = f.read()
    yield data[:24]
    at = 24
    while at + 16 <= len(data):
        n = struct.unpack_from("<I", data, at + 8)[0]
        yield data[at:at + 16], data[at + 16:at + 16 + n]
        at += 16 + n


def other(word):
    """letters and digits as many as before, each another one"""
    return bytes(b + 1 if chr(b).isalnum() and chr(b + 1).isalnum() else b for b in word)


def sip_words(payloads):
    """what names a dialog, and the media ports it announces"""
    words, ports = set(), set()
    for p in payloads:
        if b"SIP/2.0" not in p[:2000]:
            continue
        words |= set(re.findall(rb"\n(?:Call-ID|i) *: *([^\r\n@]{4,})", p, re.I))
        words |= set(re.findall(rb";tag=([\w.~-]{4,})", p))
        words |= set(re.findall(rb";branch=z9hG4bK([\w.~-]{4,})", p))
        ports |= {int(n) for n in re.findall(rb"\nm=\w+ (\d{4,5}) ", p) if int(n) > 1}
    return sorted(words, key=len, reverse=True), ports


def moved(port, media):
    if port in media or port - 1 in media:
        return port + 222 if port < 65000 else port - 222
    return port - 222 if port >= EPHEMERAL else port


def checksum(data):
    total = sum(struct.unpack(">%dH" % (len(data) // 2), data[:len(data) // 2 * 2]))
    total += data[-1] << 8 if len(data) % 2 else 0
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def payload(data, words, media, ssrc):
    if b"SIP/2.0" in data[:2000]:
        for w in words:
            data = data.replace(w, other(w))
        for port in sorted(media):
            data = re.sub(rb"(\nm=\w+ )%d " % port, b"\\g<1>%d " % moved(port, media), data)
            data = re.sub(rb"(\na=rtcp:)%d\b" % port, b"\\g<1>%d" % moved(port, media), data)
        return data
    if ssrc and len(data) >= 12 and data[0] >> 6 == 2:
        at = 4 if 192 <= data[1] <= 223 else 8
        return data[:at] + bytes(b ^ 0x5a for b in data[at:at + 4]) + data[at + 4:]
    return data


def rewrite(frame, words, media, ssrc, change):
    """an Ethernet frame with IPv4 and UDP or TCP; the rest stays as it is"""
    if frame[12:14] != b"\x08\x00" or frame[23] not in (6, 17) or struct.unpack_from(">H", frame, 20)[0] & 0x3fff:
        return frame
    at = 14 + (frame[14] & 15) * 4
    end = 14 + struct.unpack_from(">H", frame, 16)[0]
    head = at + (8 if frame[23] == 17 else (frame[at + 12] >> 4) * 4)
    ports = [moved(p, media) for p in struct.unpack_from(">HH", frame, at)]
    data = payload(frame[head:end], words, media, ssrc)
    data = change(frame, data) if change else data
    part = bytearray(struct.pack(">HH", *ports) + frame[at + 4:head] + data)
    place = 6 if frame[23] == 17 else 16
    part[place:place + 2] = b"\0\0"
    pseudo = frame[26:34] + struct.pack(">HH", frame[23], len(part))
    part[place:place + 2] = struct.pack(">H", checksum(pseudo + bytes(part)) or 0xffff)
    return frame[:at] + bytes(part) + frame[end:]


def record(paths, out, ssrc=True, later=DAY, change=None):
    """writes each of `paths` anew into the folder `out`; the new paths"""
    streams = [list(packets(p)) for p in paths]
    payloads = [f[42:] for s in streams for _, f in s[1:]] + [f[54:] for s in streams for _, f in s[1:]]
    words, media = sip_words(payloads)
    made = []
    for path, stream in zip(paths, streams):
        made.append("%s/%s" % (out, path.split("/")[-1].replace(".gz", "")))
        with open(made[-1], "wb") as f:
            f.write(stream[0])
            for head, frame in stream[1:]:
                seconds = struct.unpack_from("<I", head)[0] + later
                f.write(struct.pack("<I", seconds) + head[4:] + rewrite(frame, words, media, ssrc, change))
    return made
