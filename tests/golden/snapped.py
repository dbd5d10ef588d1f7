"""snapped.py - what a snap length leaves is judged for what it is: nothing is claimed that the whole does not show.

usage: snapped.py EARSHOT SAMPLES

Every capture of every scene is cut at several lengths; a length that falls within the line of a header or of SDP is
among them for nearly every message.
"""
import gzip
import json
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

import edit

EARSHOT, SAMPLES = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
SNAPS = (96, 200, 214, 409, 533, 907, 1140, 1222, 1345)
CONDITIONS = ("signaling", "keys", "media")
# What is missing may make a claim weaker, and leave "partial" or "not observable"; it makes none.
CLAIMS = ("fail", "pass")
passed = failed = 0


def expect(name, good, p=None):
    global passed, failed
    passed, failed = passed + bool(good), failed + (not good)
    if not good:
        print("snapped: %s" % name)
        if p is not None:
            print("  %s" % str(p)[-1500:])


def audit(*paths, form="json"):
    base = {k: v for k, v in os.environ.items() if not k.startswith("EARSHOT_") and k != "SSLKEYLOGFILE"}
    p = subprocess.run([EARSHOT, "audit", "-f", form, *paths], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120,
                       env=base)
    return p, json.loads(p.stdout) if form == "json" and p.stdout else None


def read(path):
    data = open(path, "rb").read()
    return gzip.decompress(data) if path.endswith(".gz") else data


def cut(raw, octets):
    return edit.write(raw, [p.cut(octets) for p in edit.read(raw)])


def claims(report):
    return {(c, r["conditions"][c]["verdict"]) for r in report["calls"] for c in CONDITIONS
            if r["conditions"][c]["verdict"] in CLAIMS}


def shorten(paths, octets, tmp):
    out = []
    for path in paths:
        name = os.path.basename(path).split(".")[0]
        folder = os.path.join(tmp, "%s-%d" % (os.path.basename(os.path.dirname(path)), len(paths)))
        os.makedirs(folder, exist_ok=True)
        out.append(os.path.join(folder, "%s-%d.pcap" % (name, octets)))
        with open(out[-1], "wb") as f:
            f.write(cut(read(path), octets))
    return ["%s=%s" % (os.path.basename(p).split("-")[0], p) for p in out]


def compare(paths, tmp):
    """of a capture, or of all of a scene: for each length the claims that the whole does not make"""
    name = ", ".join(os.path.relpath(p, SAMPLES) for p in paths)
    whole = claims(audit(*paths)[1])
    out = []
    for octets in SNAPS:
        p, report = audit(*shorten(paths, octets, tmp))
        more = claims(report) - whole if report else {p.stderr}
        out.append(("%s cut at %d octets" % (name, octets), not more and p.returncode in (0, 1, 4), more))
    return out


def rows_of(scene, tmp, octets, vantage="alice"):
    folder = os.path.join(SAMPLES, scene)
    path = next(os.path.join(folder, n) for n in sorted(os.listdir(folder)) if n.startswith(vantage + ".pcap"))
    short = os.path.join(tmp, "%s-%d.pcap" % (scene, octets))
    with open(short, "wb") as f:
        f.write(cut(read(path), octets))
    return short


def speech_in_clear(tmp):
    for octets in (96, 200):
        path = rows_of("udp-rtp-proxy", tmp, octets)
        _, r = audit(path)
        row = next((c for c in r["calls"] if c["kind"] == "opaque"), None)
        expect("speech cut at %d octets is still heard" % octets, row and row["conditions"]["media"]["verdict"] == "fail",
               r["calls"])
        why = row["conditions"]["signaling"]
        expect("SIP cut at %d octets is told to be that" % octets, why["verdict"] == "not_observable" and
               "SIP passed here in clear, but the capture cut it" in why["why"] and why["evidence"][0]["frame"] < 9, why)
        expect("and counted", r["losses"]["undecoded"]["sip_cut"] > 0 and not r["losses"]["undecoded"]["sip_malformed"],
               r["losses"])
        expect("as the finding on what was cut", any(f["rule"] == "OBS-003" for f in row["findings"]), row["findings"])


def too_short(tmp):
    path = rows_of("udp-rtp-proxy", tmp, 68)
    _, r = audit(path)
    media = r["calls"][0]["conditions"]["media"]
    expect("fourteen octets of a packet are too little", media["verdict"] == "not_observable" and
           "captured whole enough" in media["why"], media)
    path = rows_of("message-plain", tmp, 200)
    p, r = audit(path)
    expect("messages without rows are no pass", p.returncode == 4 and not r["calls"] and
           "cut before it said which call it was of" in r["summary"]["gate"]["why"], r["summary"]["gate"])
    p, _ = audit(path, form="text")
    text = " ".join(p.stdout.decode().split())
    expect("and the text says what to do", "full snap length (tcpdump -s 0); 2 SIP messages end before they say which call they are of" in text and
           "cut before it said which call it was of" in text, text)


def main():
    with tempfile.TemporaryDirectory() as tmp:
        scenes = [[os.path.join(d, n) for n in sorted(names) if n.endswith((".pcap", ".pcap.gz")) and
                   not n.startswith("any")] for d, _, names in sorted(os.walk(SAMPLES))]
        sets = [[one] for scene in scenes for one in scene] + [scene for scene in scenes if len(scene) > 1]
        with ThreadPoolExecutor(2) as pool:
            for list_of in pool.map(lambda paths: compare(paths, tmp), sets):
                for name, good, more in list_of:
                    expect(name, good, more)
        speech_in_clear(tmp)
        too_short(tmp)
    print("snapped: %d checks passed, %d failed" % (passed, failed))
    sys.exit(1 if failed else 0)


main()
