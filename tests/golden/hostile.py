"""hostile.py - captures in which every field that a report may show says something bad, and benign twins.

`capture(strings)` is a classic capture with one call a string: the string stands in display names,
users, hosts, Call-ID, tags, branches, product names, subjects, reasons, SDP lines, codec names
and key parameters, and, in a TLS handshake, in the server name and in the names of a certificate.
`STRINGS` are strings that do harm where they are not escaped; `twins(STRINGS)` has as many that
do none. What a field's grammar has no room for is written as the grammar wants it (a quoted
pair, %XX, a folded line), so that both captures have the same structure, and a report on them too.
"""
import re
import struct

import edit

# ---- strings ---------------------------------------------------------------------------------

MARKUP = [
    b"<script>alert(1)</script>", b"<img src=x onerror=alert(1)>", b"\"><svg/onload=alert(1)>", b"' onmouseover='alert(1)",
    b"</style><script>1</script>", b"</title><b>", b"<!--", b"-->", b"<![CDATA[", b"]]>", b"]]>]]&gt;", b"<?xml version='1.0'?>",
    b"<!DOCTYPE x [<!ENTITY y 'z'>]>&y;", b"&lt;b&gt;", b"&#60;b&#62;", b"&#x3c;", b"&amp;amp;", b"&nosuch;", b"&", b"<", b">", b"\"", b"'",
    b"`", b"</testcase><testcase name='x'/>", b"<a href=javascript:alert(1)>x</a>", b"<iframe src=//x.test>", b"<base href=//x.test>",
    b"<meta http-equiv=refresh content=0>", b"<details open ontoggle=alert(1)>", b"<table><tr><td>", b"</td></tr></table>", b"</summary></details>",
    b"<plaintext>", b"<noscript><p title='</noscript><img src=x>'>", b"<math><mtext></mtext>", b"javascript:alert(1)", b"data:text/html,x",
]
SHEETS = [
    b"=1+1", b"=cmd|' /C calc'!A0", b"=HYPERLINK(\"http://x.test\",\"y\")", b"+1-1", b"-2+3", b"@SUM(A1)", b"\t=1+1", b"\r=1+1", b"\n=1+1",
    b" =1+1", b"  @SUM(1)", "＝1+1".encode(), "＋1".encode(), "－1".encode(), "＠SUM(1)".encode(), b",=1+1", b"\",=1+1,\"", b"a,b", b"a;b",
    b"\"\"", b"\"\"\"", b"a\"b", b"a,\"b\",c", b";", b",", b",,,,,,", b"|", b"\\\"", b"=1;=2", b"-", b"+", b"=", b"@",
]
LINES = [
    b"\n", b"\r", b"\r\n", b"a\nb", b"a\rb", b"a\r\n\r\nb", b"\x0b", b"\x0c", b"a\x85b", b"\xc2\x85", b"\xe2\x80\xa8", b"\xe2\x80\xa9", b"\t", b"a\tb",
    b"\n{\"run\":\"0\"}", b"\nCEF:0|x|y|1|z|n|9|", b"\n# HELP x y\nx 1", b"\nearshot_condition_calls 9", b"\n## head", b"\n| a | b |", b"\n- item",
    b"\n    code", b"\n\n> quote", b"\n1. one", b"\n---", b"\n===", b"\n```", b"\nsignaling  PASS", b"\n  signaling  PASS",
]
CONTROLS = [
    b"\x00", b"a\x00b", b"\x01\x02\x03\x04\x05\x06\x07\x08", b"\x0e\x0f\x10\x11\x12\x13\x14\x15", b"\x7f", b"\x1b[2J", b"\x1b]0;owned\x07", b"\x1b[31mred\x1b[0m",
    b"\x1bP1$r\x1b\\", b"\x1b[?1049h", b"\x1b[6n", b"\x1b_x\x1b\\", b"\x9b31m", b"\xc2\x9b31m", b"\x90x\x9c", b"\x08\x08\x08", b"\x07", b"\x1a", b"\x1c\x1d\x1e\x1f",
    b"%1b[2J", b"\\x1b[2J", b"\\u001b[2J", b"\\033[2J", b"\xc2\x80\xc2\x81\xc2\x9f",
]
UNICODE = [
    b"\xe2\x80\xaegnp.exe", b"\xe2\x80\xadabc\xe2\x80\xac", b"\xe2\x81\xa6x\xe2\x81\xa9", b"\xe2\x80\x8b", b"\xe2\x80\x8e\xe2\x80\x8f", b"\xef\xbb\xbf", b"\xef\xbb\xbf=1+1",
    b"\xef\xbf\xbe", b"\xef\xbf\xbf", b"\xef\xb7\x90", b"\xf0\x9f\xbf\xbe", b"\xf4\x8f\xbf\xbf", b"\xd8\x9c", b"\xcc\xb6z\xcc\xb6a\xcc\xb6", b"a" + b"\xcd\x8f" * 40,
    b"\xf0\x9f\x93\x9e", "電話".encode(), "Ünïcödé".encode(), "ﬁ".encode(), "İ".encode(), "\u00a0padded\u00a0".encode(), "\u3000".encode(), "\u2003x\u2003".encode(),
    "\u202f".encode(), "\u180e".encode(), "\u00ad".encode(), b"\xe2\x80\x8d\xe2\x80\x8c", b"\xf3\xa0\x81\x81\xf3\xa0\x81\xbf", "\ufffd".encode(), "\u2062".encode(),
]
BROKEN = [
    b"\xff", b"\xfe\xff", b"\xc0\xaf", b"\xc0\x80", b"\xe0\x80\xaf", b"\xed\xa0\x80", b"\xed\xa0\x80\xed\xb0\x80", b"\xf5\x80\x80\x80", b"\xf8\x88\x80\x80\x80", b"\x80", b"\xbf\xbf",
    b"cut \xe2\x82", b"cut \xf0\x9f\x93", b"\xe2(\xa1", b"\xc3\x28", b"a\xffb\xfec", b"\xe2\x80", b"<\xff>", b"\"\xff\"", b"=\xff",
]
FORMATS = [
    b"%s%s%s%n", b"%d%x%p", b"%99999999d", b"{0}", b"{1}{2}", b"{{x}}", b"${jndi:ldap://x.test/a}", b"$(id)", b"`id`", b";id", b"|id", b"&& id", b"#{1+1}", b"<%= 1 %>", b"{% if 1 %}", b"[x](http://x.test)",
    b"![x](http://x.test/y.png)", b"[x]: http://x.test", b"[1](2)", b"**bold**", b"_em_", b"~~no~~", b"# head", b"> quote", b"- item", b"1. one", b"+ item", b"* item", b"a | b | c", b"|---|---|", b"```",
    b"``` ``", b"`` ` ``", b"`", b"\\", b"\\\\", b"\\`", b"\\|", b"<http://x.test>", b"http://x.test", b"https://x.test/a?b=c&d=e", b"www.x.test", b"ftp://x.test", b"mailto:a@x.test", b"a@x.test", b"@everyone",
    b"@admin/team", b"#1", b"GH-1", b"!1", b"owner/repo#1", b"~label", b"%milestone", b"$1", b"&1", b"deadbeefdeadbeefdeadbeefdeadbeefdeadbeef", b":rocket:", b"- [ ] task", b"$$x$$", b"<details>",
    b"cs1=forged", b" cs1=forged", b"x cs1Label=media cs1=pass", b"outcome=success", b"a=b", b"a\\=b", b"a\\", b"|9|", b"CEF:0|a|b|c|d|e|9|", b"key=value key2=value2", b"\" x=\"1", b"\"}],\"a\":[{\"b\":\"", b"\\\",\"a\":\"b",
    b"\",\"verdict\":\"pass", b"verdict=pass", b"PASS", b"{\"__proto__\":1}", b"__proto__", b"constructor", b"null", b"true", b"NaN", b"1e999", b"-0", b"0x41", b"''", b"' OR 1=1 --", b"; DROP TABLE calls; --",
    b"../../etc/passwd", b"..\\..\\x", b"/etc/passwd", b"C:\\x", b"file:///etc/passwd", b"CON", b".", b"..", b"~", b"*", b"?", b"[a-z]", b"-rf", b"--help", b"-o x", b"${IFS}",
]
LONG = [b"A" * 300, b"<" * 300, b"\"" * 200, b"`" * 200, b"|" * 200, b"\xff" * 200, b"=" * 200, b"\\" * 200, b"\xe2\x80\xae" * 100, b"ab " * 200, b"&" * 200, b"(" * 200, b"x" * 900]

STRINGS = MARKUP + SHEETS + LINES + CONTROLS + UNICODE + BROKEN + FORMATS + LONG
assert len(STRINGS) >= 200


def twins(strings):
    """as many, of letters and digits alone; what was empty or blank is not"""
    return [b"plain%d" % i for i in range(len(strings))]


# ---- what each grammar makes of them -----------------------------------------------------------

def percent(data, keep):
    """%XX for what does not match"""
    return b"".join(bytes([c]) if re.match(keep, bytes([c]), re.S) else b"%%%02X" % c for c in data)


def folded(data):
    """in a header: a line break that goes on with a blank; nothing else ends the line"""
    return re.sub(rb"\r\n|\r|\n", b"\r\n ", data)


def quoted(data):
    return b'"' + folded(re.sub(rb'(["\\])', rb"\\\1", data)) + b'"'


def user(data):
    return percent(data, rb"[^\r\n\t @<>;:?,\"\\\[\]/#]") or b"empty"


def word(data):
    """of a parameter or of Call-ID: no blank, no divider"""
    return percent(data, rb"[^\r\n\t\x0b\x0c ;,<>\"@?=\\]") or b"empty"


def one_line(data):
    """in SDP, where no line is folded"""
    return re.sub(rb"[\r\n\x00]", b" ", data)


# ---- messages ------------------------------------------------------------------------------------

def sdp(s, port, host):
    codec = percent(s, rb"[^\r\n\t /\x00]") or b"codec"
    return b"\r\n".join([
        b"v=0", b"o=" + (one_line(word(s)) or b"-") + b" 1 1 IN IP4 " + host, b"s=" + (one_line(s) or b"-"), b"i=" + one_line(s), b"u=" + one_line(s),
        b"c=IN IP4 " + host, b"t=0 0", b"a=tool:" + one_line(s), b"m=audio %d RTP/SAVP 96 0" % port, b"a=rtpmap:96 " + codec + b"/8000", b"a=fmtp:96 " + one_line(s),
        b"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:%s" % (b"QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNk"), b"a=crypto:2 " + (word(s) or b"X") + b" inline:" + one_line(s),
        b"a=" + one_line(s), b"a=label:" + one_line(s), b"a=mid:" + one_line(s), b"a=fingerprint:sha-256 " + one_line(s), b"a=zrtp-hash:1.10 " + one_line(s), b"a=ice-ufrag:" + one_line(s), b""])


def message(first, s, n, cseq, body=b"", tag=True):
    who = quoted(s) + b" <sip:" + user(s) + b"@" + (b"h%d.test" % n) + b">"
    lines = [
        first, b"Via: SIP/2.0/UDP " + dotted(hosts(n)[0]) + b";branch=z9hG4bK" + word(s) + b"%d;rport" % n, b"From: " + who + b";tag=a" + word(s) + b"%d" % n,
        b"To: " + who + (b";tag=b%d" % n if tag else b""), b"Call-ID: " + word(s) + b"-%d@" % n + (user(s) or b"h"), b"CSeq: " + cseq, b"Contact: " + quoted(s) + b" <sip:" + user(s) + b"@10.0.0.1:5060>",
        b"User-Agent: " + folded(s), b"Server: " + folded(s), b"Subject: " + folded(s), b"Organization: " + folded(s), b"Reason: SIP;cause=200;text=" + quoted(s),
        b"Warning: 399 h.test " + quoted(s), b"P-Asserted-Identity: " + who, b"Alert-Info: <" + user(s) + b">", b"X-" + (re.sub(rb"[^A-Za-z0-9-]", b"", s[:20]) or b"Y") + b": " + folded(s),
        b"Authorization: Digest username=" + quoted(s) + b", realm=" + quoted(s) + b", nonce=" + quoted(s) + b", uri=\"sip:x\", response=\"0123456789abcdef0123456789abcdef\"",
        b"Max-Forwards: 70", b"Content-Type: application/sdp" if body else b"Accept: x/y", b"Content-Length: %d" % len(body), b"", b""]
    return b"\r\n".join(lines) + body


def hosts(n):
    """the two addresses of the n-th call"""
    return bytes([10, 0, n >> 8, n & 255]), bytes([10, 1, n >> 8, n & 255])


def dotted(address):
    return ".".join(map(str, address)).encode()


def rtp(seq, ssrc):
    """audio that is another one in each stream, so that none is taken for a copy"""
    start = ssrc * 7919 + seq * 31
    return struct.pack("!BBHII", 0x80, 0, seq + ssrc % 30000, seq * 160, ssrc) + bytes((start + k * k) % 251 for k in range(160))


def call(s, n):
    """frames of one call: invited, answered, a few packets of audio each way, ended"""
    A, B = hosts(n)
    ports = 20000 + 4 * n, 20002 + 4 * n
    target = percent(user(s), rb"[^\x00-\x20\x7f]") + b"@b.test"
    frames = [edit.udp(A, B, 5060, 5060, message(b"INVITE sip:" + target + b" SIP/2.0", s, n, b"1 INVITE", sdp(s, ports[0], dotted(A)), tag=False), 1),
              edit.udp(B, A, 5060, 5060, message(b"SIP/2.0 200 " + (one_line(s) or b"OK"), s, n, b"1 INVITE", sdp(s, ports[1], dotted(B))), 2),
              edit.udp(A, B, 5060, 5060, message(b"ACK sip:" + target + b" SIP/2.0", s, n, b"1 ACK"), 3)]
    for k in range(6):
        frames.append(edit.udp(A, B, ports[0], ports[1], rtp(k, 1000 + n), 10 + k))
        frames.append(edit.udp(B, A, ports[1], ports[0], rtp(k, 5000 + n), 30 + k))
    frames.append(edit.udp(A, B, 5060, 5060, message(b"BYE sip:" + target + b" SIP/2.0", s, n, b"2 BYE"), 90))
    frames.append(edit.udp(B, A, 5060, 5060, message(b"SIP/2.0 200 OK", s, n, b"2 BYE"), 91))
    return frames


# ---- TLS -----------------------------------------------------------------------------------------

def der(tag, *parts):
    body = b"".join(parts)
    size = bytes([len(body)]) if len(body) < 128 else b"\x82" + struct.pack("!H", len(body))
    return bytes([tag]) + size + body


def name(s):
    """CN and O as UTF8String, whatever the octets are"""
    def one(oid, value):
        return der(0x31, der(0x30, der(0x06, oid), der(0x0c, value[:1000])))
    return der(0x30, one(b"\x55\x04\x0a", s), one(b"\x55\x04\x03", s))


def certificate(s, n):
    """well formed, signed by nobody; the key is a point of P-256"""
    key = der(0x30, der(0x30, der(0x06, b"\x2a\x86\x48\xce\x3d\x02\x01"), der(0x06, b"\x2a\x86\x48\xce\x3d\x03\x01\x07")), der(0x03, b"\0\x04" + bytes.fromhex(
        "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c2964fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5")))
    algorithm = der(0x30, der(0x06, b"\x2a\x86\x48\xce\x3d\x04\x03\x02"))
    names = der(0x30, der(0x82, s[:1000]), der(0x86, b"sip:" + s[:1000]))
    extensions = der(0xa3, der(0x30, der(0x30, der(0x06, b"\x55\x1d\x11"), der(0x04, names))))
    body = der(0x30, der(0xa0, der(0x02, b"\2")), der(0x02, struct.pack("!H", 0x4000 + n)), algorithm, name(s),
               der(0x30, der(0x17, b"260101000000Z"), der(0x17, b"360101000000Z")), name(s), key, extensions)
    return der(0x30, body, algorithm, der(0x03, b"\0" + der(0x30, der(0x02, b"\1"), der(0x02, b"\1"))))


def handshake(kind, body):
    return bytes([kind]) + struct.pack("!I", len(body))[1:] + body


def record(data):
    out = b""
    for i in range(0, len(data), 16000):
        piece = data[i:i + 16000]
        out += b"\x16\x03\x03" + struct.pack("!H", len(piece)) + piece
    return out


def tls(s, n):
    """frames of a connection to the SIP port: both hellos and the server's certificate, TLS 1.2"""
    A, B = hosts(n)
    host = (s or b"x")[:1000]
    sni = struct.pack("!HBH", len(host) + 3, 0, len(host)) + host
    extensions = struct.pack("!HH", 0, len(sni)) + sni + struct.pack("!HHHH", 0x0a, 4, 2, 23)
    hello = b"\x03\x03" + bytes([n % 256]) * 32 + b"\0" + b"\0\2\xc0\x2b" + b"\1\0" + struct.pack("!H", len(extensions)) + extensions
    server = b"\x03\x03" + bytes([(n + 1) % 256]) * 32 + b"\0\xc0\x2b\0"
    cert = certificate(s, n)
    chain = struct.pack("!I", len(cert) + 3)[1:] + struct.pack("!I", len(cert))[1:] + cert
    up, down = record(handshake(1, hello)), record(handshake(2, server) + handshake(11, chain) + handshake(14, b""))
    port = 30000 + n
    frames = [edit.tcp(A, B, port, 5061, 1000, 0, 2, b"", 1), edit.tcp(B, A, 5061, port, 2000, 1001, 18, b"", 2), edit.tcp(A, B, port, 5061, 1001, 2001, 16, b"", 3)]
    for sent, src, dst, sport, dport, seq, ack in ((up, A, B, port, 5061, 1001, 2001), (down, B, A, 5061, port, 2001, 1001 + len(up))):
        for i in range(0, len(sent), 1400):
            frames.append(edit.tcp(src, dst, sport, dport, seq + i, ack, 24, sent[i:i + 1400], 4 + i % 1000))
    frames.append(edit.tcp(A, B, port, 5061, 1001 + len(up), 2001 + len(down), 17, b"", 5))
    return frames


APART = 30  # seconds: calls close together that look alike may be legs of one


def capture(strings):
    """the octets of a capture: for each string a call, and a TLS connection beside it"""
    out = struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 262144, 1)
    for n, s in enumerate(strings):
        for k, frame in enumerate(call(s, n) + tls(s, n)):
            out += struct.pack("<IIII", 1700000000 + APART * n + k // 10, k % 10 * 100000, len(frame), len(frame)) + frame
    return out


def inventory(strings):
    """what an operator would assert of both hosts of each call: JSON, with the string for a name"""
    entries = []
    for n, s in enumerate(strings):
        text = s.decode("utf-8", "replace").replace("\0", "\x01")
        for address in hosts(n):
            entries.append({"address": dotted(address).decode(), "role": "endpoint", "name": (text or "-")[:60]})
    return {"schema": "earshot.inventory/1", "entries": entries}


def labels(strings):
    """those that can be a file's name and a label, each once"""
    out = []
    for s in strings:
        if s and len(s) <= 100 and not re.search(rb"[/\x00]", s) and s not in (b".", b"..") and s not in out:
            out.append(s)
    return out
