"""before_after.py - a second recording of the same network is no news; one changed hop is, and alone.

usage: before_after.py EARSHOT SAMPLES
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile

import again

EARSHOT, SAMPLES = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
# Scenes whose packets the rewriting reaches; where tags of SRTP are checked the SSRCs stay.
CLEAR = ("b2bua-rtp", "dtmf-rfc4733", "message-plain", "register-auth", "udp-rtp-direct", "udp-rtp-proxy")
KEYED = ("hold-resume", "tls-dtls-direct", "tls12-rsa-key", "udp-dtls-sbc", "udp-sdes-proxy", "zrtp-direct")
passed = failed = 0


def expect(name, good, p=None):
    global passed, failed
    passed, failed = passed + bool(good), failed + (not good)
    if not good:
        print("before and after: %s" % name)
        if p is not None:
            print("  exit %d, stderr: %s, stdout: %s" % (p.returncode, p.stderr[:300], p.stdout[-1500:]))


def run(*words):
    base = {k: v for k, v in os.environ.items() if not k.startswith("EARSHOT_") and k != "SSLKEYLOGFILE"}
    return subprocess.run([EARSHOT, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120, env=base)


def captures(scene):
    folder = os.path.join(SAMPLES, scene)
    return [os.path.join(folder, n) for n in sorted(os.listdir(folder)) if n.endswith((".pcap", ".pcap.gz"))]


def audit(paths, out, *more):
    words = ["%s=%s" % (os.path.basename(p).split(".")[0], p) for p in paths]
    p = run("audit", "-f", "json", "--redact", "none", *more, *words)
    with open(out, "wb") as f:
        f.write(p.stdout)
    return p


def old_tls(host):
    """the server of a connection with this host answers with TLS 1.1"""
    at = bytes(int(n) for n in host.split("."))

    def change(frame, data):
        if frame[23] == 6 and data[:2] == b"\x16\x03" and data[5:6] == b"\x02" and at in frame[26:34]:
            return data[:9] + b"\x03\x02" + data[11:]
        return data
    return change


def compared(scene, tmp, ssrc, change=None):
    paths = captures(scene)
    before, after = os.path.join(tmp, "before.json"), os.path.join(tmp, "after.json")
    audit(paths, before)
    made = again.record(paths, tmp, ssrc, change=change)
    audit(made, after)
    with open(before) as f, open(after) as g:
        a, b = json.load(f), json.load(g)
    ids = [{leg["call_id"] for c in r["calls"] for leg in c["legs"]} for r in (a, b)]
    expect("%s: the recording is another one" % scene, a["calls"] and a["run"] != b["run"] and
           (not ids[0] or ids[0] != ids[1] or "tls" in scene))
    p = run("compare", "-f", "json", before, after)
    gate = audit(made, os.path.join(tmp, "gated.json"), "--baseline", before)
    return p, json.loads(p.stdout), gate


def main():
    tmp = tempfile.mkdtemp()
    try:
        for scene in CLEAR + KEYED:
            p, d, gate = compared(scene, tmp, scene in CLEAR)
            expect("%s recorded again: nothing new" % scene, p.returncode == 0 and d["changes"]["new"] == 0 and
                   d["changes"]["worse"] == 0 and d["changes"]["gone"] == 0, p)
            expect("%s recorded again: the gate is open" % scene, gate.returncode == 0, gate)
        p, d, gate = compared("tls12-rsa-key", tmp, False, old_tls("10.77.1.10"))
        new = [x for x in d["problems"] if x["change"] in ("new", "worse")]
        expect("one hop with old TLS: exactly that one", p.returncode == 1 and len(new) == 1 and
               new[0]["rule"] == "TLS-001" and "10.77.1.10" in new[0]["trunk"], p)
        trunks = {t["name"]: t for t in d["trunks"]}
        hop = trunks[new[0]["trunk"]] if new else None
        expect("the trunk says which versions", hop and hop["before"]["tls"] == "TLS 1.2" and
               hop["after"]["tls"] == "TLS 1.1", p)
        again_gate = run("audit", "-f", "json", "--baseline", os.path.join(tmp, "before.json"),
                         "--fail-on", "low", *captures("tls12-rsa-key"))
        r = json.loads(gate.stdout)
        expect("the report counts it", r["summary"]["baseline"]["new"] == 1, gate)
        expect("the same problems again: nothing new", json.loads(again_gate.stdout)["summary"]["baseline"]["new"] == 0,
               again_gate)
        p = run("compare", "-f", "markdown", os.path.join(tmp, "before.json"), os.path.join(tmp, "after.json"))
        expect("a ticket names it", p.returncode == 1 and b"New problems (1)" in p.stdout and b"TLS-001" in p.stdout, p)
    finally:
        shutil.rmtree(tmp)
    print("before and after: %d checks passed, %d failed" % (passed, failed))
    sys.exit(1 if failed else 0)


main()
