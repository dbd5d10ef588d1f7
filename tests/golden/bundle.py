"""bundle.py - earlier reports rendered again, briefs, engagements, evidence bundles and what verify finds.

usage: bundle.py EARSHOT SAMPLES

What is written from a JSON report must be what audit wrote; a bundle must hold nothing that its report hides,
be the same in every run, hold when it is verified, and not hold when one octet of it is another.
"""
import base64
import hashlib
import json
import os
import re
import resource
import shutil
import struct
import subprocess
import sys
import tempfile
import urllib.parse

import jsonschema

EARSHOT, SAMPLES = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
SCENES = ("udp-sdes-proxy", "tls-dtls-direct", "zrtp-direct", "register-auth", "webrtc-ws-direct", "udp-rtp-ipv6",
          "tcp-rtp-proxy", "fragmented-invite", "udp-dtls-sbc", "message-plain", "dtmf-info")
passed = failed = 0


def run(*words, limit=None, env=None):
    def before():
        if limit is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    base = {k: v for k, v in os.environ.items() if not k.startswith("EARSHOT_") and k != "SSLKEYLOGFILE"}
    return subprocess.run([EARSHOT, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120,
                          env={**base, **(env or {})}, preexec_fn=before)


def expect(name, good, p=None):
    global passed, failed
    passed, failed = passed + bool(good), failed + (not good)
    if not good:
        print("bundle: %s" % name)
        if p is not None:
            print("  exit %d, %s" % (p.returncode, (p.stdout[-600:] + p.stderr[-300:]).decode(errors="replace")))


def captures(scene):
    """labels that are no user's name, so that a user's name in an extract is found out"""
    folder = os.path.join(SAMPLES, scene)
    files = sorted(f for f in os.listdir(folder) if ".pcap" in f)
    return ["tap%d=%s" % (i, os.path.join(folder, f)) for i, f in enumerate(files)]


def read(path):
    with open(path, "rb") as f:
        return f.read()


# ---- render --------------------------------------------------------------------------------------------------------

def formats():
    said = run("audit", "-f", "nosuch", "x").stderr.decode()
    return re.search(r"\(([a-z, ]+)\)", said).group(1).split(", ")


def render(tmp):
    names = formats()
    every = [w for n in names for w in ("-f", n)]
    for scene in sorted(os.listdir(SAMPLES)):
        if not os.path.exists(os.path.join(SAMPLES, scene, "expect.json")):
            continue
        a, b = os.path.join(tmp, "a"), os.path.join(tmp, "b")
        for d in (a, b):
            shutil.rmtree(d, ignore_errors=True)
            os.mkdir(d)
        run("audit", *every, "-o", a + "/", *captures(scene))
        p = run("render", *every, "-o", b + "/", os.path.join(a, "earshot.json"))
        same = sorted(os.listdir(a)) == sorted(os.listdir(b)) and len(os.listdir(a)) == len(names) and all(
            read(os.path.join(a, f)) == read(os.path.join(b, f)) for f in os.listdir(a))
        expect("%s: what render writes is what audit wrote" % scene, p.returncode == 0 and same, p)
        brief = read(os.path.join(a, "earshot.brief.html")).decode()
        expect("%s: the brief has no number of a standard and no script" % scene,
               "RFC" not in brief and "<script" not in brief and brief.count("<h1>") == 1)
    report = os.path.join(tmp, "a", "earshot.json")
    expect("a format is needed on the stream", run("render", "-f", "json", "-f", "text", report).returncode == 2)
    expect("render without a report", run("render").returncode == 2)
    expect("render of two reports", run("render", report, report).returncode == 2)
    expect("an option of audit is none of render's", run("render", "--policy", "e2ee", report).returncode == 2)
    expect("no such report", run("render", os.path.join(tmp, "none.json")).returncode == 3)
    cut = os.path.join(tmp, "cut.json")
    open(cut, "wb").write(read(report)[:-200])
    p = run("render", "-f", "html", "-o", os.path.join(tmp, "cut.html"), cut)
    expect("a report that was cut short is not rendered", p.returncode == 3 and b"cut.json: line " in p.stderr and
           not os.path.exists(os.path.join(tmp, "cut.html")), p)
    p = run("render", "-f", "html", "-o", os.path.join(tmp, "full.html"), report, limit=4096)
    expect("a full disk leaves no page behind", p.returncode == 5 and not [f for f in os.listdir(tmp) if "full" in f], p)


# ---- engagement ----------------------------------------------------------------------------------------------------

ENGAGEMENT = {"schema": "earshot.engagement/1", "organisation": "Clinic <b>", "scope": "ward 3",
              "captured": [{"label": "tap0", "by": "N. Ops"}, {"label": "nobody"}], "not_covered": ["the carrier"]}


def engagement(tmp):
    path, scene = os.path.join(tmp, "e.json"), captures("udp-sdes-proxy")
    json.dump(ENGAGEMENT, open(path, "w"))
    base = os.path.join(tmp, "engaged")
    run("audit", "--engagement", path, "-f", "json", "-f", "html", "-f", "brief", "--all-as", base, *scene)
    e = json.load(open(base + ".json"))["engagement"]
    expect("the engagement stands in the document", e["organisation"] == "Clinic <b>" and
           e["sha256"] == hashlib.sha256(read(path)).hexdigest() and [c["used"] for c in e["captured"]] == [True, False])
    schema = json.load(open(os.path.join(SAMPLES, "..", "docs", "report.schema.json")))
    wrong = list(jsonschema.Draft202012Validator(schema).iter_errors(json.load(open(base + ".json"))))
    expect("a report with an engagement obeys the schema: %s" % wrong[:1], not wrong)
    for ending in (".html", ".brief.html"):
        page = read(base + ending).decode()
        expect("the engagement is on the cover of %s" % ending, "Clinic &lt;b&gt;" in page and "the carrier" in page and
               "no capture of this name" in page)
    plain = json.loads(run("audit", "-f", "json", *scene).stdout)
    told = json.load(open(base + ".json"))
    told.pop("engagement")
    expect("it changes no verdict", plain == told)
    json.dump({**ENGAGEMENT, "asessor": "x"}, open(path, "w"))
    p = run("audit", "--engagement", path, *scene)
    expect("a misspelt key is refused with the right one", p.returncode == 2 and b"did you mean assessor" in p.stderr, p)


# ---- the parts of a bundle -----------------------------------------------------------------------------------------

FOLDER = "earshot-bundle/"


def untar(data):
    parts, at = {}, 0
    while data[at]:
        name = data[at:at + 100].rstrip(b"\0").decode()
        size = int(data[at + 124:at + 135], 8)
        parts[name[len(FOLDER):]] = data[at + 512:at + 512 + size]
        at += 512 + (size + 511) // 512 * 512
    return parts


def tar(parts):
    out = b""
    for name, data in parts.items():
        h = (FOLDER + name).encode().ljust(100, b"\0") + b"0000644\0" + b"0000000\0" * 2 + b"%011o\0" % len(data)
        h += b"0" * 11 + b"\0" + b" " * 8 + b"0" + bytes(100) + b"ustar\x0000" + bytes(64) + b"0000000\0" * 2
        h = h.ljust(512, b"\0")
        h = h[:148] + b"%06o\0 " % sum(h) + h[156:]
        out += h + data + bytes(-len(data) % 512)
    return out + bytes(1024)


def sealed(parts):
    """digests made anew, as somebody would who changes a bundle with care and has no key"""
    manifest = json.loads(parts["manifest.json"])
    text = parts["manifest.json"].decode()
    for p in manifest["parts"]:
        data = parts[p["name"]]
        text = text.replace(p["sha256"], hashlib.sha256(data).hexdigest())
        text = re.sub(r'("name": "%s", "bytes": )\d+' % re.escape(p["name"]), r"\g<1>%d" % len(data), text)
    parts = {**parts, "manifest.json": text.encode()}
    parts["SHA256SUMS"] = b"".join(b"%s  %s\n" % (hashlib.sha256(d).hexdigest().encode(), n.encode())
                                   for n, d in parts.items() if n != "SHA256SUMS")
    return parts


def packets(pcapng):
    at = 0
    while at < len(pcapng):
        kind, length = struct.unpack_from("<II", pcapng, at)
        if kind == 6:
            high, low, n, whole = struct.unpack_from("<IIII", pcapng, at + 12)
            comment = pcapng[at + 28 + (n + 3) // 4 * 4 + 4:]
            yield int(re.match(rb"frame (\d+): ", comment).group(1)), high << 32 | low, pcapng[at + 28:at + 28 + n], whole
        at += length


def frames(capture):
    unpack = {".gz": ("gzip", "-dc"), ".zst": ("zstd", "-dcq")}.get(os.path.splitext(capture)[1], ("cat",))
    data = subprocess.run([*unpack, capture], stdout=subprocess.PIPE, check=True).stdout
    little = data[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1")
    scale = 1 if data[:4] in (b"\x4d\x3c\xb2\xa1", b"\xa1\xb2\x3c\x4d") else 1000
    at, number = 24, 0
    while at + 16 <= len(data):
        s, part, n, _ = struct.unpack_from("<IIII" if little else ">IIII", data, at)
        number += 1
        yield number, s * 10**9 + part * scale, data[at + 16:at + 16 + n]
        at += 16 + n


def evidence(value):
    if isinstance(value, dict):
        if isinstance(value.get("input"), str) and value.get("frame") and value.get("time"):
            yield value["input"], value["frame"]
        for v in value.values():
            yield from evidence(v)
    elif isinstance(value, list):
        for v in value:
            yield from evidence(v)


SECRET = (rb"inline:([A-Za-z0-9+/=]{16,})", rb'response="([^"]+)"', rb'nonce="([^"]{6,})"', rb"a=ice-pwd:(\S+)",
          rb"a=ice-ufrag:(\S{4,})", rb'cnonce="([^"]{4,})"')
PERSONAL = (rb"sips?:([^@:;>\s]{3,})@", rb'\r\n(?:From|To|Contact): *"([^"]{3,})"', rb"\r\nCall-ID: *(\S{6,})",
            rb"tag=([^;\s>]{5,})", rb"branch=z9hG4bK([^;\s]{5,})", rb"\r\no=(\S{3,}) ", rb"a=msid:(\S{6,})",
            rb"cname:(\S{5,})", rb"\r\nUser-Agent: *([^\r]{5,})", rb"instance=\"<([^>]+)>",
            rb'username="([^"]{3,})"', rb'realm="([^"]{4,})"')


def spellings(word):
    yield word
    yield word.hex().encode()
    yield word.hex().upper().encode()
    yield urllib.parse.quote(word, safe="").encode()
    for shift in range(3):
        text = base64.b64encode(bytes(shift) + word)
        yield text[(0, 2, 3)[shift]:].rstrip(b"=")[:-1]


def leaks(capture, shown, mask):
    wire = b"\r\n".join(data for _, _, data in frames(capture))
    words = {w for r in SECRET + (PERSONAL if mask else ()) for w in re.findall(r, wire)}
    if not mask:
        words = {w for w in words if not re.search(rb"sips?:" + re.escape(w) + rb"@", wire)}  # a user name is shown then
    low = shown.lower()
    for w in words:
        if any(len(s) >= 4 and s.lower() in low for s in spellings(w)):
            yield w
    if mask:
        hosts = set()
        for _, _, data in frames(capture):
            if data[12:14] == b"\x08\x00":
                hosts |= {data[26:30], data[30:34]}
                for octets in (data[0:6], data[6:12]):
                    if any(octets) and not octets[0] & 1:
                        hosts.add(octets)
            elif data[12:14] == b"\x86\xdd":
                hosts |= {data[22:38], data[38:54]}
        for h in hosts:
            text = ".".join(map(str, h)).encode() if len(h) == 4 else h
            if any(h) and not h.startswith(b"\xff") and not 224 <= h[0] < 240 and (h in shown or text in shown):
                yield h


def bundles(tmp):
    signed = None
    key, cert = os.path.join(tmp, "key.pem"), os.path.join(tmp, "cert.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", cert, "-days",
                    "3650", "-subj", "/CN=Auditor"], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for scene in SCENES:
        files = captures(scene)
        for mode in ("mask", "none"):
            path, again = os.path.join(tmp, "%s-%s.tar" % (scene, mode)), os.path.join(tmp, "again.tar")
            for to in (path, again)[:1 + (mode == "mask")]:
                run("audit", "-q", "--redact", mode, "--bundle", to, "--sign", key, "--cert", cert, *files)
            data = read(path)
            expect("%s, %s: the same octets in every run" % (scene, mode), mode != "mask" or data == read(again))
            parts = untar(data)
            p = run("verify", "--ca", cert, path)
            expect("%s, %s: holds" % (scene, mode), p.returncode == 0 and b"BAD" not in p.stdout, p)
            report = json.loads(parts["report.json"])
            alone = run("audit", "-f", "json", "--redact", mode, *files).stdout
            expect("%s, %s: the report is the report" % (scene, mode), parts["report.json"] == alone)
            cited = set(evidence(report["calls"]))
            for i, f in enumerate(files):
                label, capture = f.split("=", 1)
                extract = parts["extract/%03d.pcapng" % (i + 1)]
                times = {n: t for n, t, _ in frames(capture)}
                kept = list(packets(extract))
                expect("%s, %s: the cited frames and no other, at their times" % (scene, mode),
                       {n for n, *_ in kept} == {n for l, n in cited if l == label} and
                       all(t == times[n] for n, t, *_ in kept))
                found = list(leaks(capture, extract + parts["pseudonyms.json"], mode == "mask"))
                expect("%s, %s: the extract shows %r" % (scene, mode, found[:5]), not found)
            signed = signed or data
    return signed, cert


# ---- tampering -----------------------------------------------------------------------------------------------------

def verdict(tmp, data, *words):
    path = os.path.join(tmp, "changed.tar")
    with open(path, "wb") as f:
        f.write(data)
    return run("verify", *words, path)


def regions(data):
    at = 0
    while data[at]:
        name = data[at:at + 100].rstrip(b"\0").decode()[len(FOLDER):]
        size = int(data[at + 124:at + 135], 8)
        yield "header of " + name, at, 512
        yield name, at + 512, size
        yield "padding of " + name, at + 512 + size, -size % 512
        at += 512 + (size + 511) // 512 * 512
    yield "end mark", at, len(data) - at


def tampering(tmp, data, cert):
    for name, start, size in regions(data):
        step = 61 if name.startswith("header") else max(1, size // 7)
        missed = []
        for off in sorted({*range(0, size, step), size - 1} if size else ()):
            changed = bytearray(data)
            changed[start + off] ^= 1 << off % 8
            p = verdict(tmp, bytes(changed))
            if p.returncode not in (1, 3) or b"does not hold" not in p.stdout + p.stderr and b"could not" not in p.stdout:
                missed.append((off, p.returncode))
        expect("%s: changed octets not found: %r" % (name, missed[:4]), not missed)
    for name, other in (("cut short", data[:-512]), ("longer", data + b"\0"), ("half", data[:len(data) // 2]), ("empty", b"")):
        expect("a bundle %s does not hold" % name, verdict(tmp, other).returncode in (1, 3))
    parts = untar(data)
    expect("made again by hand it holds", tar(parts) == data)
    # With new digests all fits: the signature, or the frames themselves, tell.
    unsigned = {k: v for k, v in parts.items() if k != "manifest.json.p7s"}
    lied = dict(parts)
    report = json.loads(parts["report.json"])
    lied["report.json"] = parts["report.json"].replace(b'"verdict":"fail"', b'"verdict":"pass"')
    p = verdict(tmp, tar(sealed(lied)), "--ca", cert)
    expect("digests made anew, the old signature", p.returncode == 1 and b"BAD   signature" in p.stdout, p)
    p = verdict(tmp, tar(sealed({**unsigned})))
    expect("a signature taken away is missed", p.returncode == 1 and b"signature is missing" in p.stdout, p)
    manifest = re.sub(rb'  "signer_sha256": "[0-9a-f]+",\n', b"", parts["manifest.json"])
    whole = sealed({**unsigned, "manifest.json": manifest})
    p = verdict(tmp, tar(whole))
    expect("never signed, it holds and says so", p.returncode == 0 and b"not signed" in p.stdout, p)
    p = verdict(tmp, tar(whole), "--ca", cert)
    expect("but not under --ca", p.returncode == 1 and b"not signed" in p.stdout, p)
    lied = {**whole, "report.json": lied["report.json"]}
    p = verdict(tmp, tar(sealed(lied)))
    expect("a report that was made better is contradicted by its frames", p.returncode == 1 and b"judged again" in p.stdout, p)
    first = next(evidence(report["calls"]))
    moved = whole["report.json"].replace(b'"frame":%d,' % first[1], b'"frame":%d,' % (first[1] + 100000))
    p = verdict(tmp, tar(sealed({**whole, "report.json": moved})))
    expect("a frame that no extract has", p.returncode == 1 and b"are cited" in p.stdout, p)
    expect("a part that nobody named", verdict(tmp, tar({**whole, "extra.txt": b"x"})).returncode == 1)
    expect("a name that leads elsewhere", b"container" in verdict(tmp, tar({**whole, "../../x": b"x"})).stdout)
    p = verdict(tmp, tar({"report.json": parts["report.json"]}))
    expect("a bundle without a manifest", p.returncode == 1 and b"missing" in p.stdout, p)


def front_door(tmp, cert):
    path, files = os.path.join(tmp, "full.tar"), captures("udp-sdes-proxy")
    key = os.path.join(tmp, "key.pem")
    for name, words in (("a key without a certificate", ("--bundle", path, "--sign", key)),
                        ("a signature without a bundle", ("--sign", key, "--cert", cert)),
                        ("a certificate that is no key", ("--bundle", path, "--sign", cert, "--cert", cert)),
                        ("a key that is no certificate", ("--bundle", path, "--sign", key, "--cert", key)),
                        ("no digests", ("--bundle", path, "--no-hash"))):
        p = run("audit", *words, *files)
        expect("%s is wrong usage" % name, p.returncode == 2 and not os.path.exists(path), p)
    p = run("audit", "--bundle", path, "-")
    expect("standard input cannot be read twice", p.returncode == 2 and b"twice" in p.stderr, p)
    for limit in (0, 4096, 70000, 120000):
        p = run("audit", "-q", "--bundle", path, *files, limit=limit)
        expect("a full disk at %d octets leaves no bundle" % limit, p.returncode == 5 and
               not [f for f in os.listdir(tmp) if "full.tar" in f], p)
    report = os.path.join(tmp, "beside.json")
    run("audit", "-f", "json", "-o", report, *files)
    expect("a report without its captures", run("verify", report).returncode == 3)
    for f in files:
        shutil.copy(f.split("=", 1)[1], tmp)
    p = run("verify", report)
    expect("a report beside its captures", p.returncode == 0 and p.stdout.count(b"is the one that was judged") == 2, p)
    with open(os.path.join(tmp, os.path.basename(files[0])), "ab") as f:
        f.write(b"x")
    expect("a capture that has grown", run("verify", report).returncode == 1)
    expect("verify of nothing", run("verify").returncode == 2)
    expect("verify of no file", run("verify", os.path.join(tmp, "no")).returncode == 3)
    expect("--ca that is no file", run("verify", "--ca", os.path.join(tmp, "no"), report).returncode == 2)


with tempfile.TemporaryDirectory() as folder:
    render(folder)
    engagement(folder)
    whole, certificate = bundles(folder)
    tampering(folder, whole, certificate)
    front_door(folder, certificate)
print("bundle: %d passed, %d failed" % (passed, failed))
sys.exit(failed > 0)
