"""captures.py - audits every capture of a shared folder, when it is there.

usage: captures.py EARSHOT SHARED [EACH]     EACH 4: every fourth file

Nothing is known of these files here: the program must end with a code of the
contract and a report that obeys the schema, and say nothing on standard error but
sentences of its own. Meant to be run under the sanitizers.
"""
import json
import os
import struct
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "schema"))
import validate  # noqa: E402

EARSHOT, SHARED = os.path.abspath(sys.argv[1]), os.path.join(sys.argv[2], "captures")
EACH = int(sys.argv[3]) if len(sys.argv) > 3 else 1
WHOLE, _ = validate.validators()
SKIP = (".json", ".md", ".keylog", ".key", ".txt", ".sh", ".py")


def files():
    for top, dirs, names in os.walk(SHARED):
        dirs.sort()
        for n in sorted(names):
            if not n.endswith(SKIP) and "sip-messages" not in top:
                yield os.path.join(top, n)


def datagram(n, body):
    """an Ethernet frame with one message from one host to another, SIP ports"""
    udp = struct.pack(">HHHH", 5060, 5060, 8 + len(body), 0) + body
    ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), n & 0xffff, 0, 64, 17, 0,
                     bytes([10, 0, n >> 8 & 255, n & 255]), bytes([10, 1, 0, 1]))
    return b"\2" + bytes(5) + b"\2" + bytes(4) + b"\1" + b"\x08\x00" + ip + udp


def raw_messages(tmp):
    """every raw SIP message of the public set as one capture: what a datagram may throw at us"""
    path = os.path.join(tmp, "messages.pcap")
    n = 0
    with open(path, "wb") as out:
        out.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 262144, 1))
        for top, dirs, names in os.walk(os.path.join(SHARED, "public", "sip-messages")):
            dirs.sort()
            for name in sorted(names):
                with open(os.path.join(top, name), "rb") as f:
                    frame = datagram(n, f.read(65000))
                n += 1
                out.write(struct.pack("<IIII", 1700000000 + n, 0, len(frame), len(frame)) + frame)
    return path if n else None


def look(path):
    """what is wrong with the audit of one file"""
    try:
        p = subprocess.run([EARSHOT, "audit", "-f", "json", path], stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE, timeout=300)
    except subprocess.TimeoutExpired:
        return ["no end after 300 s"]
    if p.returncode not in (0, 1, 3, 4) or b"Sanitizer" in p.stderr or b"runtime error" in p.stderr:
        return ["exit %d %s" % (p.returncode, p.stderr.decode(errors="replace")[:2000])]
    return list(validate.complaints(WHOLE, json.loads(p.stdout), ""))[:3]


def main():
    if not os.path.isdir(SHARED):
        print("captures: skipped, no shared captures here")
        return 0
    bad = 0
    with tempfile.TemporaryDirectory() as tmp, ThreadPoolExecutor(2) as pool:
        messages = raw_messages(tmp)
        every = list(files())[::EACH] + ([messages] if messages else [])
        for path, wrong in zip(every, pool.map(look, every)):
            bad += bool(wrong)
            for w in wrong:
                print("captures: %s: %s" % (os.path.relpath(path, SHARED), w))
    print("captures: %d files, %d wrong" % (len(every), bad))
    return 1 if bad or not every else 0


sys.exit(main())
