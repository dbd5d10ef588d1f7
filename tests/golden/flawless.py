"""flawless.py - each rule that decides a verdict fires where it must, and is silent where it must be.

usage: flawless.py EARSHOT SAMPLES [LAB]

For each rule there is a capture on which it fires and one on which it does not: a sample as
it is, and where no sample shows the fault, the same sample with that fault put in. Where the
folder LAB with the scenes of the laboratory is there, each rule of a second table must fire
in some of them and be silent in others.
"""
import base64
import collections
import hashlib
import json
import os
import re
import struct
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

import edit

EARSHOT, SAMPLES = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
LAB = sys.argv[3] if len(sys.argv) > 3 else ""
# These state what is so; that is no fault.
FACTS = {"B2B-001": "noted", "B2B-005": "satisfied", "KEY-011": "noted", "OBS-001": "noted", "OBS-002": "noted",
         "OBS-003": "noted", "OBS-004": "noted", "OBS-006": "noted", "OBS-007": "noted", "OBS-012": "noted"}
# Its captures are whole: of what they lack only the sides (OBS-001) can be told there.
IN_LAB = ("SIG-001 SIG-002 SIG-004 TLS-001 KEY-001 KEY-002 KEY-003 KEY-010 KEY-011 DTLS-006 DTLS-012 MED-001 MED-003 "
          "MED-004 B2B-001 B2B-002 B2B-003 B2B-005 PRIV-003 PRIV-004 OBS-001 OBS-002 OBS-007").split()
ALICE, BOB, BOX = b"\x0a\x4d\x01\x0a", b"\x0a\x4d\x02\x0a", b"\x0a\x4d\x02\x63"
passed = failed = 0


def expect(name, good, more=""):
    global passed, failed
    passed, failed = passed + bool(good), failed + (not good)
    if not good:
        print("flawless: %s %s" % (name, more))


def audit(paths, options=()):
    """rule to outcomes over all rows of the report"""
    base = {k: v for k, v in os.environ.items() if not k.startswith("EARSHOT_") and k != "SSLKEYLOGFILE"}
    words = ["%s=%s" % (os.path.basename(p).split(".")[0], p) for p in paths]
    p = subprocess.run([EARSHOT, "audit", "-f", "json", *options, *words], stdout=subprocess.PIPE,
                       stderr=subprocess.PIPE, timeout=120, env=base)
    found = collections.defaultdict(set)
    for call in json.loads(p.stdout)["calls"]:
        for f in call["findings"]:
            found[f["rule"]].add(f["outcome"])
    return found


def fires(found, rule):
    return FACTS.get(rule, "violated") in found.get(rule, ())


def load(scene, name="alice"):
    return edit.sample(os.path.join(SAMPLES, scene), name)


# ---- signaling ------------------------------------------------------------------------

def first_hop_by_tls(raw):
    """a proxy that got the call over TLS and sends it on over UDP says so in the lowest Via"""
    def change(message):
        vias = list(re.finditer(rb"(?m)^Via: SIP/2\.0/UDP", message))
        if len(vias) < 2:
            return message
        return message[:vias[-1].end() - 3] + b"TLS" + message[vias[-1].end():]
    return edit.sip(raw, change)


def every_hop_by_tls(raw):
    return edit.substitute(raw, rb"SIP/2\.0/UDP", b"SIP/2.0/TLS")


def server_hello(raw, change):
    def one(data):
        hello = data[:2] == b"\x16\x03" and data[5:6] == b"\x02"
        return change(data) if hello else data
    return edit.payloads(raw, one)


def old_version(raw):
    return server_hello(raw, lambda d: d[:9] + b"\x03\x02" + d[11:])


def null_suite(raw):
    def change(d):
        at = 44 + d[43]
        return d[:at] + b"\x00\x3b" + d[at + 2:]
    return server_hello(raw, change)


def is_focus(raw):
    return edit.substitute(raw, rb"(?m)^(Contact: <[^>]*>)", rb"\g<1>;isfocus")


def recorded(raw):
    return edit.substitute(raw, rb"(m=audio [^\r]*\r\n)", b"\\g<1>a=record:on\r\n")


# ---- keys in SDP ------------------------------------------------------------------------

def plain_media_with_keys(raw):
    """SDP agrees on SRTP, the media stays as it was"""
    raw = edit.substitute(raw, rb"(m=audio \d+ RTP/)AVP([^\r]*\r\n)", lambda m: m.group(1) + b"SAVP" + m.group(2)
                          + b"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" + base64.b64encode(bytes(range(30)))
                          + b"\r\n")
    return raw


def unencrypted(raw):
    return edit.substitute(raw, rb"(a=crypto:[^\r]*)", rb"\g<1> UNENCRYPTED_SRTP")


def null_cipher(raw):
    return edit.substitute(raw, rb"AES_CM_128_HMAC_SHA1_80", b"NULL_HMAC_SHA1_80")


def forked(raw):
    """the same offer goes to a second address as well"""
    def change(p):
        if not p.data.startswith(b"INVITE ") or b"a=crypto" not in p.data:
            return p
        other = re.sub(rb"(branch=z9hG4bK[^;\r]*)", rb"\g<1>x", p.data, count=1)
        return [p, p.carrying(other, dst=BOX, stamp=p.stamp + 1)]
    return edit.edit(raw, change)


def one_key_and_ssrc(raw):
    """the answer repeats the key of the offer, both senders chose one SSRC and count alike; all tags are right"""
    keys, ssrc, begin = [], [], {}

    def change(p):
        if edit.is_sip(p.data):
            found = re.search(rb"inline:([A-Za-z0-9+/]{40})", p.data)
            if found and not keys:
                keys.append(found.group(1))
            return p.carrying(p.data.replace(found.group(1), keys[0])) if found else p
        if not edit.is_rtp(p.data) or p.dport % 2:
            return p
        if not ssrc:
            ssrc.append(p.data[8:12])
        auth = edit.srtp_auth_key(base64.b64decode(keys[0]))
        number = struct.unpack_from(">H", p.data, 2)[0]
        number = struct.pack(">H", 1000 + number - begin.setdefault(p.src, number))
        return p.carrying(edit.srtp_tagged(p.data[:2] + number + p.data[4:8] + ssrc[0] + p.data[12:-10], auth))
    return edit.edit(raw, change)


# ---- DTLS ---------------------------------------------------------------------------------

def is_dtls(data):
    return len(data) > 13 and 20 <= data[0] <= 23 and data[1] == 0xfe


def null_profile(raw):
    """both Hellos know only the profile without encryption"""
    use_srtp = re.compile(rb"\x00\x0e\x00(.)\x00(.)((?:\x00[\x01-\x08])+)\x00", re.S)

    def one(d):
        if not is_dtls(d) or d[0] != 22:
            return d
        return use_srtp.sub(lambda m: m.group(0)[:6] + b"\x00\x05" * (len(m.group(3)) // 2) + b"\0", d)
    return edit.payloads(raw, one)


def refused(raw):
    """where the server's last flight stood there is a fatal alert, and nothing of DTLS after it"""
    def one(d):
        if not is_dtls(d) or (d[0] == 22 and d[13] in (1, 2, 11)):
            return d
        if d[0] == 22 and d[13] == 4:
            return b"\x15\xfe\xfd\0\0\0\0\0\0\0\x05\0\x02\x02\x28"
        return None
    return edit.payloads(raw, one)


def in_clear_here(raw):
    """this side of the box has a call without any encryption, with the RTP headers it had"""
    # A tone repeats its packets, which speech does not: the lowest bits count them.
    voice = [p.data[12:172] for p in edit.read(load("udp-rtp-direct"))
             if p.data and edit.is_rtp(p.data) and len(p.data) == 172]
    count = [0]

    def spoken(number):
        sound = voice[number % len(voice)]
        return bytes(c ^ (number >> i & 1) for i, c in enumerate(sound[:10])) + sound[10:]

    def one(d):
        if edit.is_sip(d):
            d = re.sub(rb"a=(?:fingerprint|setup)[^\r]*\r\n", b"", d)
            return edit.with_length(re.sub(rb"UDP/TLS/RTP/SAVPF?", b"RTP/AVP", d))
        if is_dtls(d):
            return None
        if edit.is_rtp(d) and len(d) > 100:
            count[0] += 1
            return d[:12] + spoken(count[0])
        return d
    return edit.payloads(raw, one)


# ---- ZRTP -----------------------------------------------------------------------------------

def by_name(raw):
    """the ZRTP packets of a capture by name, in order"""
    found = collections.defaultdict(list)
    for p in edit.read(raw):
        if p.data and edit.zrtp_type(p.data):
            found[edit.zrtp_type(p.data)].append(p)
    return found


def trusted_middle(raw):
    """the side that begins sets the M flag; its MAC, checksum and announced hash are right"""
    commit = by_name(raw)[b"DHPart2"][0]
    h1 = commit.data[24:56]
    h2 = hashlib.sha256(h1).digest()
    hello = [p.data for p in by_name(raw)[b"Hello"] if p.src == commit.src][0]
    old = hello[12:-4]
    new = old[:76] + bytes([old[76] | 0x20]) + old[77:-8]
    new += edit.mac(h2, new)
    digests = [hashlib.sha256(m).hexdigest().encode() for m in (old, new)]

    def one(d):
        if edit.zrtp_type(d) == b"Hello" and d[12:-4] == old:
            return edit.zrtp_packet(d, new)
        return d.replace(*digests)
    return edit.payloads(raw, one)


def broken_chain(raw):
    """what DHPart2 reveals is not what the Hello was bound to; the checksum is right"""
    def one(d):
        if edit.zrtp_type(d) != b"DHPart2":
            return d
        return edit.zrtp_packet(d, d[12:24] + bytes([d[24] ^ 1]) + d[25:-4])
    return edit.payloads(raw, one)


def wrong_hash(raw):
    return edit.change_text(raw, rb"a=zrtp-hash:1\.10 [0-9a-f]{64}")


def gone_clear(raw):
    """in the middle of the call one side asks to go on without encryption, and the other one does"""
    sent = []

    def change(p):
        if edit.zrtp_type(p.data) == b"Conf2ACK":
            sent.append(p)
        if sent and len(sent) < 60 and edit.is_rtp(p.data):
            sent.append(p)
            if len(sent) == 60:
                ask, like = sent[0], sent[0].data
                yes = [k for k in by_name(raw)[b"Confirm2"]][0]
                return [p, ask.carrying(edit.zrtp_packet(like, edit.zrtp_message(b"GoClear", bytes(8))),
                                        stamp=p.stamp + 1),
                        yes.carrying(edit.zrtp_packet(yes.data, edit.zrtp_message(b"ClearACK")), stamp=p.stamp + 2)]
        return p
    return edit.edit(raw, change)


def unfinished(raw):
    """both sides of a call in clear say Hello, and that was all"""
    zrtp = load("zrtp-direct")
    port = {p.src: p.sport for p in edit.read(raw) if p.data and edit.is_rtp(p.data)}
    hellos, done = by_name(zrtp)[b"Hello"], []

    def change(p):
        if done or not edit.is_rtp(p.data):
            return p
        done.append(p)
        first = {h.src: h for h in hellos}
        return [h.carrying(h.data, stamp=p.stamp, src=h.src, dst=h.dst, sport=port[h.src], dport=port[h.dst])
                for h in first.values()] + [p]
    return edit.edit(raw, change)


# ---- what the capture lacks ----------------------------------------------------------------

def cut(raw):
    """the messages of SIP keep 400 octets"""
    return edit.edit(raw, lambda p: p.cut(400) if edit.is_sip(p.data) else p)


def snapped(raw, octets, kind):
    """packets of one kind keep so many octets"""
    return edit.edit(raw, lambda p: p.cut(octets) if p.data is not None and kind(p.data) else p)


def gap(raw):
    """a second in the middle of each stream is gone"""
    times = [p.stamp for p in edit.read(raw) if p.data and edit.is_rtp(p.data)]
    begin = times[len(times) // 2]
    return edit.edit(raw, lambda p: None if edit.is_rtp(p.data) and begin <= p.stamp < begin + 1000000 else p)


def hole(raw):
    """a segment of TCP in the middle of the signaling is gone"""
    full = [p.stamp for p in edit.read(raw) if p.data and not p.udp and len(p.data) > 100]
    return edit.edit(raw, lambda p: None if not p.udp and p.stamp == full[3] else p)


def late(raw):
    """the capture begins when the call is already there"""
    times = [p.stamp for p in edit.read(raw) if p.data and edit.is_rtp(p.data)]
    return edit.edit(raw, lambda p: p if p.stamp >= times[20] else None)


# ---- the table -------------------------------------------------------------------------------

def table():
    """rule, must it fire, what it is called, captures as name and octets, options, rules that are silent too"""
    def one(rule, must, name, raw, *options, also=()):
        return rule, must, name, [("alice", raw)] if isinstance(raw, bytes) else raw, options, also

    def both(scene):
        return [("alice", load(scene)), ("bob", load(scene, "bob"))]

    clear, proxied, bob = load("udp-rtp-direct"), load("udp-rtp-proxy"), load("udp-rtp-proxy", "bob")
    sdes, dtls, zrtp, tls = (load(s) for s in ("udp-sdes-proxy", "udp-dtls-proxy", "zrtp-direct", "tls12-rsa-key"))
    direct_tls = load("tls-dtls-direct")
    key = ("--tls-key", os.path.join(SAMPLES, "tls12-rsa-key", "pa.key"))
    yield one("SIG-001", True, "SIP in clear", clear)
    yield one("SIG-001", False, "SIP in TLS", direct_tls)
    yield one("SIG-002", True, "the first hop in TLS, the second in clear", first_hop_by_tls(bob))
    yield one("SIG-002", False, "two hops in clear", bob)
    yield one("SIG-004", True, "a proxy", proxied)
    yield one("SIG-004", False, "no proxy", clear)
    yield one("TLS-001", True, "TLS 1.1 chosen", old_version(tls))
    yield one("TLS-001", False, "TLS 1.2 chosen", tls)
    yield one("TLS-002", True, "a suite without encryption", null_suite(tls))
    yield one("TLS-002", False, "a suite with encryption", tls)
    yield one("KEY-001", True, "a key in clear SDP", sdes)
    yield one("KEY-001", False, "clear SDP without a key", clear)
    yield one("KEY-002", True, "a key in the SDP that TLS hid", tls, *key)
    yield one("KEY-002", False, "fingerprints in SDP", dtls)
    yield one("KEY-003", True, "the key in SDP opens the media", sdes)
    yield one("KEY-003", False, "another key in SDP", edit.change_keys(sdes))
    yield one("KEY-003", False, "other tags", edit.change_tags(sdes))
    yield one("KEY-004", True, "an offer sent to two", forked(load("udp-sdes-proxy", "bob")))
    yield one("KEY-004", False, "an offer sent to one", load("udp-sdes-proxy", "bob"))
    yield one("KEY-010", True, "protected media, and keys nobody saw", both("tls12-rsa-key"))
    yield one("KEY-010", False, "the same with the keys", both("tls12-rsa-key"), *key)
    yield one("KEY-011", True, "DTLS that fits", dtls)
    yield one("KEY-011", False, "a certificate that does not fit", edit.change_certificate(dtls))
    yield one("DTLS-001", True, "a certificate that does not fit", edit.change_certificate(dtls))
    yield one("DTLS-001", False, "the certificates announced", dtls)
    yield one("DTLS-006", True, "a box with fingerprints of its own", both("udp-dtls-sbc"))
    yield one("DTLS-006", False, "a proxy that leaves them", both("udp-dtls-proxy"))
    yield one("DTLS-009", True, "a handshake refused, and media", refused(dtls))
    yield one("DTLS-009", False, "a handshake to its end", dtls)
    yield one("DTLS-011", True, "a profile without encryption", null_profile(dtls))
    yield one("DTLS-011", False, "a profile with encryption", dtls)
    yield one("DTLS-012", True, "fingerprints in clear", dtls)
    yield one("DTLS-012", False, "fingerprints in TLS", direct_tls)
    yield one("ZRTP-001", True, "another hash announced", wrong_hash(zrtp), also=["ZRTP-003", "ZRTP-006"])
    yield one("ZRTP-003", True, "a trusted middle", trusted_middle(zrtp), also=["ZRTP-001", "ZRTP-006"])
    yield one("ZRTP-004", True, "Hellos and clear media", unfinished(clear), also=["ZRTP-005", "ZRTP-006"])
    yield one("ZRTP-005", True, "GoClear", gone_clear(zrtp), also=["ZRTP-003", "ZRTP-006"])
    yield one("ZRTP-006", True, "a chain that breaks", broken_chain(zrtp), also=["ZRTP-003", "ZRTP-005"])
    for rule in ("ZRTP-001", "ZRTP-003", "ZRTP-004", "ZRTP-005", "ZRTP-006"):
        yield one(rule, False, "an ordinary exchange", zrtp)
    yield one("MED-001", True, "RTP in clear", clear)
    yield one("MED-001", False, "ZRTP", zrtp)
    yield one("MED-002", True, "SRTP agreed, RTP sent", plain_media_with_keys(clear))
    yield one("MED-002", False, "SRTP agreed and sent", sdes)
    yield one("MED-002", False, "RTP agreed and sent", clear)
    yield one("MED-003", True, "refused with keys, taken without", load("downgrade-488"))
    yield one("MED-003", False, "never offered with keys", clear)
    yield one("MED-004", True, "keys offered and left", load("optional-srtp-declined"))
    yield one("MED-004", False, "never offered with keys", clear)
    yield one("SRTP-001", True, "a NULL suite agreed", null_cipher(sdes), also=["SRTP-002"])
    yield one("SRTP-001", False, "AES agreed", sdes)
    yield one("SRTP-002", True, "UNENCRYPTED_SRTP agreed", unencrypted(sdes), also=["SRTP-001"])
    yield one("SRTP-002", False, "no such parameter", sdes)
    yield one("SRTP-006", True, "one key and one SSRC for both", one_key_and_ssrc(sdes))
    yield one("SRTP-006", False, "a key for each", sdes)
    yield one("B2B-001", True, "two dialogs of one call", both("b2bua-rtp"))
    yield one("B2B-001", False, "one dialog, seen twice", both("udp-rtp-proxy"))
    yield one("B2B-002", True, "a box that encrypts anew", both("udp-dtls-sbc"))
    yield one("B2B-002", False, "nothing between", both("udp-dtls-proxy"))
    yield one("B2B-003", True, "encrypted on one side only",
              [("alice", in_clear_here(load("udp-dtls-sbc"))), ("bob", load("udp-dtls-sbc", "bob"))])
    yield one("B2B-003", False, "encrypted on both sides", both("udp-dtls-sbc"))
    yield one("B2B-005", True, "the same packets at both ends", both("udp-dtls-proxy"))
    yield one("B2B-005", False, "other packets at both ends", both("udp-dtls-sbc"))
    yield one("B2B-005", False, "one end only", dtls)
    yield one("B2B-006", True, "a party is recorded", recorded(clear))
    yield one("B2B-006", False, "nobody says so", clear)
    yield one("B2B-007", True, "a focus", is_focus(clear))
    yield one("B2B-007", False, "a phone", clear)
    yield one("PRIV-003", True, "digits as telephone events in clear", load("dtmf-rfc4733"))
    yield one("PRIV-003", False, "no digits", clear)
    yield one("PRIV-004", True, "digits in INFO", load("dtmf-info"))
    yield one("PRIV-004", False, "no INFO", clear)
    yield one("OBS-001", True, "one side", clear)
    yield one("OBS-001", False, "both sides", both("udp-rtp-direct"))
    yield one("OBS-002", True, "TLS without a key", tls)
    yield one("OBS-002", False, "no TLS", clear)
    yield one("OBS-003", True, "messages cut at 400 octets", cut(clear))
    yield one("OBS-003", True, "media cut at 100 octets", snapped(clear, 100, edit.is_rtp))
    for octets in (120, 200, 1100):
        short = snapped(dtls, octets, is_dtls)
        yield one("OBS-003", True, "a handshake cut at %d octets" % octets, short)
        for rule in ("DTLS-009", "DTLS-010"):
            yield one(rule, False, "a handshake cut at %d octets" % octets, short)
    yield one("OBS-004", True, "a second without media", gap(clear))
    yield one("OBS-004", True, "a segment of TCP is gone", hole(load("tcp-rtp-proxy")))
    yield one("OBS-004", False, "all of TCP", load("tcp-rtp-proxy"))
    yield one("OBS-006", True, "begun in the middle", late(clear))
    for rule in ("OBS-003", "OBS-004", "OBS-006"):
        yield one(rule, False, "a whole call", clear)
    yield one("OBS-007", True, "TLS 1.3", load("tls13-keylog"))
    yield one("OBS-007", False, "TLS 1.2", tls)
    yield one("OBS-012", True, "Via says TLS, the packets are UDP", every_hop_by_tls(proxied))
    yield one("OBS-012", False, "Via says UDP", proxied)


def samples():
    with tempfile.TemporaryDirectory() as tmp:
        # One audit for captures that come again with another rule.
        audits, rows = {}, []
        for rule, must, name, files, options, also in table():
            mark = (hashlib.sha256(b"".join(raw for _, raw in files)).hexdigest(), options)
            if mark not in audits:
                folder = os.path.join(tmp, str(len(audits)))
                os.mkdir(folder)
                audits[mark] = [os.path.join(folder, n + ".pcap") for n, _ in files]
                for path, (_, raw) in zip(audits[mark], files):
                    with open(path, "wb") as f:
                        f.write(raw)
            rows.append((rule, must, name, mark, also))
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            found = dict(zip(audits, pool.map(lambda m: audit(audits[m], m[1]), list(audits))))
    for rule, must, name, mark, also in rows:
        got = found[mark]
        expect("%s %s: %s" % (rule, "fires" if must else "is silent", name), fires(got, rule) == must,
               "(%s; violated: %s)" % (sorted(got.get(rule, [])), sorted(r for r in got if "violated" in got[r])))
        for other in also:
            expect("%s is silent: %s" % (other, name), not fires(got, other), str(sorted(got[other])))


def laboratory():
    """each rule fires in some scene and is silent in another"""
    if not os.path.isdir(LAB):
        return False
    scenes = sorted(n for n in os.listdir(LAB) if os.path.isdir(os.path.join(LAB, n)))

    def one(scene):
        folder = os.path.join(LAB, scene)
        sides = [os.path.join(folder, n) for n in sorted(os.listdir(folder))
                 if n.endswith(".pcap") and not n.startswith("any")]
        keys = [w for n in sorted(os.listdir(folder)) if n.endswith((".keylog", ".key"))
                for w in ("--keylog" if n.endswith(".keylog") else "--tls-key", os.path.join(folder, n))]
        return [audit([s], keys) for s in sides[:1]] + [audit(sides, keys)]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = [f for both in pool.map(one, scenes) for f in both]
    for rule in IN_LAB:
        count = sum(fires(f, rule) for f in found)
        expect("%s fires in the laboratory" % rule, count)
        expect("%s is silent in the laboratory" % rule, count < len(found))
    return True


samples()
more = "" if laboratory() else " (no laboratory here: its part was skipped)"
print("flawless: %d checks passed, %d failed%s" % (passed, failed, more))
sys.exit(failed > 0)
