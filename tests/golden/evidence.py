"""evidence.py - one changed byte must turn the verdict, and no secret may ever come out.

usage: evidence.py EARSHOT SAMPLES

First part: a sample's capture is changed in one place (a certificate, a fingerprint,
a tag, a key, a ZRTP hash), the same place wherever it is repeated, and the audit must
find what changed. Second part: captures are made here with a marked secret in every
field that must never be printed; every format is searched for it in all the ways a
text can be written.
"""
import base64
import json
import os
import re
import struct
import subprocess
import sys
import tempfile

import edit

EARSHOT, SAMPLES = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
passed = failed = 0


def expect(name, good, more=""):
    global passed, failed
    passed, failed = passed + bool(good), failed + (not good)
    if not good:
        print("evidence: %s %s" % (name, more))


def audit(*words):
    return subprocess.run([EARSHOT, "audit", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120)


def sample(scene):
    return edit.sample(os.path.join(SAMPLES, scene))


def report_of(raw, *options):
    with tempfile.TemporaryDirectory() as d:
        path = os.path.join(d, "alice.pcap")
        with open(path, "wb") as f:
            f.write(raw)
        p = audit("-f", "json", *options, path)
    return json.loads(p.stdout)


def verdict(report, condition):
    return report["summary"]["conditions"][condition]["verdict"]


def violated(report):
    return {f["rule"] for c in report["calls"] for f in c["findings"] if f["outcome"] == "violated"}


def verified(report):
    return sum(s["verified_packets"] for c in report["calls"] for m in c["media"] for s in m["segments"])


# ---- one changed byte -------------------------------------------------------------

def tampering():
    dtls = sample("udp-dtls-proxy")
    whole = report_of(dtls)
    expect("an intact DTLS call accuses nobody", "DTLS-001" not in violated(whole) and verdict(whole, "keys") == "partial",
           verdict(whole, "keys"))
    for what, raw in (("certificate", edit.change_certificate(dtls)),
                      ("fingerprint", edit.change_text(dtls, rb"a=fingerprint:(?i:sha-256) [0-9A-F:]{95}"))):
        r = report_of(raw)
        expect("a changed %s fails keys" % what, verdict(r, "keys") == "fail" and "DTLS-001" in violated(r),
               "%s %s" % (verdict(r, "keys"), sorted(violated(r))))
        expect("a changed %s is called tampering" % what, r["summary"]["label"] == "TAMPERING INDICATED",
               r["summary"]["label"])
    sdes = sample("udp-sdes-proxy")
    whole = report_of(sdes)
    expect("the disclosed key is proved to open the media", "KEY-003" in violated(whole) and verified(whole) > 0)
    for what, raw in (("tag", edit.change_tags(sdes)), ("key", edit.change_keys(sdes))):
        r = report_of(raw)
        expect("with a changed %s nothing is proved" % what, "KEY-003" not in violated(r) and verified(r) == 0)
        expect("with a changed %s the key in SDP still fails keys" % what,
               verdict(r, "keys") == "fail" and "KEY-001" in violated(r))
    zrtp = sample("zrtp-direct")
    whole = report_of(zrtp)
    expect("an intact ZRTP call accuses nobody", "ZRTP-001" not in violated(whole) and verdict(whole, "keys") == "partial",
           verdict(whole, "keys"))
    if re.search(rb"a=zrtp-hash:1\.10 [0-9a-f]{64}", zrtp):
        r = report_of(edit.change_text(zrtp, rb"a=zrtp-hash:1\.10 [0-9a-f]{64}"))
        expect("a changed zrtp-hash is found", "ZRTP-001" in violated(r) and verdict(r, "keys") in ("suspect", "fail"),
               "%s %s" % (verdict(r, "keys"), sorted(violated(r))))
    else:
        expect("the ZRTP sample announces a hash", False)
    for name, key in (("tls13-keylog", "alice.keylog"), ("webrtc-wss-direct", "alice.keylog")):
        path = os.path.join(SAMPLES, name, key)
        text = open(path).read()
        r = report_of(sample(name), "--keylog", path)
        expect("%s opens with its key log" % name, r["summary"]["seen"]["sip_messages"] > 0)
        with tempfile.NamedTemporaryFile("w", suffix=".keylog") as wrong:
            wrong.write(re.sub(r"[0-9a-f]$", lambda m: "1" if m.group(0) == "0" else "0", text, flags=re.M))
            wrong.flush()
            r = report_of(sample(name), "--keylog", wrong.name)
        expect("%s stays shut with a changed key log" % name, r["summary"]["seen"]["sip_messages"] == 0)


# ---- secrets stay inside ------------------------------------------------------------

A, B = b"\x0a\x01\x01\x0a", b"\x0a\x01\x02\x14"


def message(start, headers, body=b"", kind=None):
    lines = [start] + headers + (["Content-Type: " + kind] if kind else []) + ["Content-Length: %d" % len(body)]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def head(method, number, more):
    return ["Via: SIP/2.0/UDP 10.1.1.10:5060;branch=z9hG4bKc%d" % number, "Max-Forwards: 70",
            "From: <sip:ann@example.test>;tag=f%d" % number, "To: <sip:ben@example.test>",
            "Call-ID: canary-%d@10.1.1.10" % number, "CSeq: 1 " + method,
            "Contact: <sip:ann@10.1.1.10>"] + more


def mark(n):
    """a secret nothing else in the world contains"""
    return "zQ7%02dkWv9Xp3Lt" % n


def canary_messages(secrets):
    def new():
        secrets.append(mark(len(secrets)))
        return secrets[-1]

    def key():
        raw = b"zQ7K" + bytes((len(secrets) * 37 + i * 91) % 251 for i in range(26))
        secrets.append(raw)
        return base64.b64encode(raw).decode()

    def sdp(more):
        return ("v=0\r\no=- 1 1 IN IP4 10.1.1.10\r\ns=-\r\nc=IN IP4 10.1.1.10\r\nt=0 0\r\n"
                "m=audio 4000 RTP/SAVP 0\r\n" + "".join(x + "\r\n" for x in more)).encode()

    yield message("INVITE sip:ben:%s@example.test SIP/2.0" % new(), head("INVITE", 1, []), sdp(
        ["a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" + key(), "a=ice-ufrag:zzzz", "a=ice-pwd:%s" % new(),
         "k=clear:%s" % new(), "a=key-mgmt:mikey %s" % base64.b64encode(b"\1\0\0\0" + new().encode()).decode(),
         "a=crypto:2 AES_CM_128_HMAC_SHA1_80 inline:%s|2^20|1:4;inline:%s|2^20|2:4 FEC_KEY=inline:%s"
         % (key(), key(), key())]), "application/sdp")
    digest = 'Digest username="ann", realm="example.test", nonce="n", uri="sip:x", response="%s"'
    yield message("REGISTER sip:example.test SIP/2.0", head("REGISTER", 2, [
        "Authorization: " + digest % new(), "Proxy-Authorization: Bearer " + new()]))
    basic = base64.b64encode(("ann:" + new()).encode()).decode()
    secrets.append(basic)
    yield message("REGISTER sip:example.test SIP/2.0", head("REGISTER", 3, [
        "Authorization: Basic " + basic,
        'Contact: <sip:ann@10.1.1.10;pn-provider=x;pn-prid=%s;pn-param=%s>' % (new(), new())]))
    part = base64.urlsafe_b64encode(json.dumps({"orig": {"tn": new()}}).encode()).decode().rstrip("=")
    secrets.append(part)
    yield message("INVITE sip:ben@example.test SIP/2.0", head("INVITE", 4, [
        "Identity: eyJhbGciOiJFUzI1NiJ9.%s.%s;info=<https://x.test/c>;alg=ES256" % (part, new())]))
    yield message("MESSAGE sip:ben@example.test SIP/2.0", head("MESSAGE", 5, []), new().encode(), "text/plain")
    yield message("INFO sip:ben@example.test SIP/2.0", head("INFO", 6, []),
                  b"Signal=%s\r\nDuration=160\r\n" % new().encode(), "application/dtmf-relay")
    yield message("INFO sip:ben@example.test SIP/2.0", head("INFO", 7, []), new().encode(), "application/dtmf")
    yield message("OPTIONS sip:ben@example.test SIP/2.0", head("OPTIONS", 8, [
        "Subject: " + new(), "User-to-User: " + new(), "X-Custom: " + new()]))
    yield message("NOTIFY sip:ben@example.test SIP/2.0", head("NOTIFY", 9, ["Event: presence"]),
                  b"<presence>%s</presence>" % new().encode(), "application/pidf+xml")


def websocket_frames(secrets):
    token, cookie, login = mark(90), mark(91), mark(92)
    secrets += [token, cookie, login]
    ask = ("GET /ws?token=%s HTTP/1.1\r\nHost: ws.example.test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: sip\r\n"
           "Sec-WebSocket-Version: 13\r\nCookie: session=%s\r\nAuthorization: Bearer %s\r\n\r\n"
           % (token, cookie, login)).encode()
    yes = (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: sip\r\n\r\n")
    sip = message("REGISTER sip:example.test SIP/2.0", head("REGISTER", 20, []))
    masked = bytes(c ^ b"\1\2\3\4"[i % 4] for i, c in enumerate(sip))
    frame = b"\x81\xfe" + struct.pack("!H", len(sip)) + b"\1\2\3\4" + masked
    at, back = 2 + len(ask), 2 + len(yes)
    return [edit.tcp(A, B, 40000, 8080, 1, 0, 2, b"", 101), edit.tcp(B, A, 8080, 40000, 1, 2, 18, b"", 102),
            edit.tcp(A, B, 40000, 8080, 2, 2, 24, ask, 103), edit.tcp(B, A, 8080, 40000, 2, at, 24, yes, 104),
            edit.tcp(A, B, 40000, 8080, at, back, 24, frame, 105)]


def writings(secret):
    raw = secret if isinstance(secret, bytes) else secret.encode()
    yield raw
    yield raw.lower()
    yield raw.upper()
    yield raw[::-1]
    yield raw.hex().encode()
    yield raw.hex().upper().encode()
    yield ":".join("%02X" % c for c in raw).encode()
    for shift in range(3):
        text = base64.b64encode(b"\0" * shift + raw + b"\0" * (3 - (shift + len(raw)) % 3))
        inner = text[(shift * 8 + 5) // 6:][:(len(raw) * 8) // 6 - 2]
        yield inner
        yield inner.replace(b"+", b"-").replace(b"/", b"_")
    yield "".join("%%%02X" % c for c in raw).encode()
    yield "".join("\\u%04x" % c for c in raw).encode()


def secrets_stay():
    secrets = []
    frames = [edit.udp(A, B, 5060, 5060, m, i + 1) for i, m in enumerate(canary_messages(secrets))]
    frames += websocket_frames(secrets)
    for scene in ("udp-sdes-proxy", "tls13-keylog", "webrtc-wss-direct", "tls12-rsa-key", "dtmf-info"):
        search_sample(scene)
    with tempfile.TemporaryDirectory() as d:
        path = os.path.join(d, "canary.pcap")
        with open(path, "wb") as f:
            f.write(edit.pcap(frames))
        outs = outputs(path)
    expect("the marked messages were read", json.loads(outs["json none"])["summary"]["seen"]["sip_messages"] >= 10)
    search("the marked messages", outs, secrets)


def outputs(path, *options):
    outs = {}
    for form in ("text", "json", "ndjson", "html"):
        for mode in ("mask", "none"):
            p = audit("-v", "-f", form, "--redact", mode, *options, path)
            outs["%s %s" % (form, mode)] = p.stdout
            outs["%s %s, errors" % (form, mode)] = p.stderr
    return outs


def search(name, outs, secrets):
    for where, text in outs.items():
        shown = [s for s in secrets if any(w and w in text for w in writings(s))]
        expect("%s: no secret in %s" % (name, where), not shown, str(len(shown)))


def search_sample(scene):
    folder = os.path.join(SAMPLES, scene)
    secrets, options = [], []
    raw = sample(scene)
    for found in set(re.findall(rb"inline:([A-Za-z0-9+/]{40})", raw)):
        secrets += [found, base64.b64decode(found)]
    for f in sorted(os.listdir(folder)):
        text = open(os.path.join(folder, f), "rb").read()
        if f.endswith(".keylog"):
            options += ["--keylog", os.path.join(folder, f)]
            for line in text.split(b"\n"):
                if len(line.split()) == 3:
                    secrets += [line.split()[2], bytes.fromhex(line.split()[2].decode())]
        if f.endswith(".key"):
            options += ["--tls-key", os.path.join(folder, f)]
            secrets += [x for x in text.split(b"\n") if len(x) == 64]
    secrets += re.findall(rb'response="([0-9a-f]{32})"', raw) + re.findall(rb"a=ice-pwd:(\S+)", raw)
    search(scene, outputs(os.path.join(folder, "alice.pcap.gz"), *options), secrets)


tampering()
secrets_stay()
print("evidence: %d checks passed, %d failed" % (passed, failed))
sys.exit(failed > 0)
