"""hostile_page.py - a capture of SIP dialogs whose every field holds what a page must not believe."""
import struct

# What markup, script, style, links, encodings and terminals have been broken with.
MARKS = [
    "<script>window.pwned=1</script>", "<img src=x onerror=window.pwned=1>", "<svg onload=window.pwned=1>",
    "'><b>", "\" onmouseover=window.pwned=1 x=\"", "</title><script>window.pwned=1</script>",
    "</style><script>window.pwned=1</script>", "--><script>window.pwned=1</script>", "]]><x>",
    "javascript:window.pwned=1", "<a href=javascript:window.pwned=1>x</a>", "<iframe srcdoc=x></iframe>",
    "<base href=//e.example/>", "<meta http-equiv=refresh content=0>", "<form action=//e.example/>",
    "<details open ontoggle=window.pwned=1>", "<input autofocus onfocus=window.pwned=1>",
    "&lt;script&gt;", "&#60;b&#62;", "&amp;lt;b&amp;gt;", "{{7*7}}", "${7*7}", "<%= 7 %>", "<?php x ?>",
    "<!-- -->", "<![CDATA[<b>]]>", "<math><mtext></mtext>", "<use href=#x />", "<animate onbegin=window.pwned=1 />",
    "%3Cscript%3E", "\\u003cscript\\u003e", "\u202egnp.exe", "\u2066x\u2069", "\x1b[2J", "\x1b]0;x\x07", "\x07",
    "\x7f", "\xc2\x9b31m", "\u2028", "\ufeff", "%s%n%x", "=cmd|' /C calc'!A0", "@SUM(1+1)", "a" * 300,
]
PLACES = ["{}", "x{}", "{}x", "{} {}", "'{}'"]


def strings():
    """More than 200 of them, none with a line end, which would begin another header."""
    return [p.replace("{}", m) for p in PLACES for m in MARKS]


def message(start, n, word, body=b"", cseq="1 INVITE"):
    w = word.encode("utf-8", "surrogateescape")
    plain = w.replace(b">", b"").replace(b"<", b"").replace(b" ", b"").replace(b'"', b"")[:200] or b"x"
    head = [
        start, b"Via: SIP/2.0/UDP 10.1.0.1:5060;branch=z9hG4bK%d-" % n + plain + b";x=" + plain,
        b"Record-Route: <sip:10.1.0.9;lr;x=" + plain + b">",
        b'From: "' + w.replace(b'"', b"'") + b'" <sip:' + plain + b"@a.example>;tag=f%d" % n,
        b'To: "' + w.replace(b'"', b"'") + b'" <sip:' + plain + b"@b.example>;tag=t%d" % n,
        b"Call-ID: %d-" % n + plain, b"CSeq: " + cseq.encode(), b"Contact: <sip:" + plain + b"@10.1.0.1>",
        b"User-Agent: " + w, b"Subject: " + w, b"Session-ID: " + w, b"Event: " + w, b"X-Any: " + w,
        b"P-Asserted-Identity: <sip:" + plain + b"@a.example>", b"Reason: " + w,
        b"Authorization: Digest username=\"" + plain + b"\", realm=\"" + plain + b"\", nonce=\"1\", response=\"2\"",
        b"Content-Type: application/sdp" if body else b"Accept: " + w, b"Content-Length: %d" % len(body), b"", b"",
    ]
    return b"\r\n".join(head)[:1300] + body if len(b"\r\n".join(head)) <= 1300 else b"\r\n".join(head) + body


def sdp(word, side):
    w = word.encode("utf-8", "surrogateescape")
    plain = w.replace(b" ", b"")[:100] or b"x"
    return b"\r\n".join([
        b"v=0", b"o=" + plain + b" 1 1 IN IP4 10.1.0.%d" % side, b"s=" + w, b"i=" + w,
        b"c=IN IP4 10.1.0.%d" % side, b"t=0 0", b"m=audio 400%d RTP/SAVP 0 96" % side,
        b"a=rtpmap:96 " + plain + b"/8000", b"a=fmtp:96 " + w, b"a=mid:" + plain, b"a=tls-id:" + plain,
        b"a=crypto:1 " + plain + b" inline:" + plain, b"a=fingerprint:sha-256 " + plain, b"a=label:" + w,
        b"a=" + plain + b":" + w, b""])


def packet(source, target, payload, n):
    """Ethernet, IPv4, UDP; fragments are not needed below 64 KiB with a snap length above it."""
    udp = struct.pack(">HHHH", 5060, 5060, 8 + len(payload), 0) + payload
    ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), n & 0xffff, 0, 64, 17, 0,
                     bytes([10, 1, 0, source]), bytes([10, 1, 0, target]))
    return b"\x02" * 6 + b"\x04" * 6 + b"\x08\x00" + ip + udp


def dialog(n, word):
    w = word.encode("utf-8", "surrogateescape")
    offer, answer = sdp(word, 1), sdp(word, 2)
    user = w.replace(b" ", b"").replace(b">", b"")[:100] or b"x"
    yield 1, 2, message(b"INVITE sip:" + user + b"@b.example SIP/2.0", n, word, offer)
    yield 2, 1, message(b"SIP/2.0 180 " + w, n, word)
    yield 2, 1, message(b"SIP/2.0 200 " + w, n, word, answer)
    yield 1, 2, message(b"ACK sip:" + user + b"@b.example SIP/2.0", n, word, cseq="1 ACK")
    yield 1, 2, message(b"INFO sip:" + user + b"@b.example SIP/2.0", n, word, w, cseq="2 INFO")
    yield 1, 2, message(b"BYE sip:" + user + b"@b.example SIP/2.0", n, word, cseq="3 BYE")
    yield 2, 1, message(b"SIP/2.0 200 " + w, n, word, cseq="3 BYE")


def capture(path, words):
    """One dialog for each word, a second apart."""
    with open(path, "wb") as f:
        f.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 262144, 1))
        count = 0
        for n, word in enumerate(words):
            for source, target, payload in dialog(n, word):
                count += 1
                data = packet(source, target, payload, count)
                f.write(struct.pack("<IIII", 1700000000 + n, count % 7 * 1000, len(data), len(data)) + data)
