"""run.py - holds earshot to what is written beside every sample.

usage: run.py EARSHOT SAMPLES

Each run of an expect.json names its inputs, options (key material) and what the report must say:
conditions (one verdict or several allowed), label, rules that must and must not be
violated, rows by kind, exit code. Every report is validated against the published
schema, every NDJSON line against its call part; bytes must not depend on the order
of inputs, on a second run, or on the number of threads. A capture cut into pieces of
one label must give the verdicts of the whole, and a part alone none that the whole
has not.
"""
import glob
import gzip
import itertools
import json
import os
import struct
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "schema"))
import validate  # noqa: E402

EARSHOT, SAMPLES = os.path.abspath(sys.argv[1]), sys.argv[2]
TIMEOUT = 120
WHOLE, CALL = validate.validators()


def audit(folder, inputs, *options):
    p = subprocess.run([EARSHOT, "audit", *options, *inputs], cwd=folder, stdout=subprocess.PIPE,
                       stderr=subprocess.PIPE, timeout=TIMEOUT)
    return p.returncode, p.stdout, p.stderr.decode(errors="replace")


def allowed(want, got):
    return got in want if isinstance(want, list) else got == want


def differences(run, report):
    said = {c: v["verdict"] for c, v in report["summary"]["conditions"].items()}
    for c, want in run["conditions"].items():
        if not allowed(want, said[c]):
            yield "%s: expected %s, got %s" % (c, want, said[c])
    if not allowed(run["label"], report["summary"]["label"]):
        yield "label: expected %s, got %s" % (run["label"], report["summary"]["label"])
    violated = {f["rule"] for c in report["calls"] for f in c["findings"] if f["outcome"] == "violated"}
    for rule in run["violated"]:
        if rule not in violated:
            yield "%s was not found violated" % rule
    for rule in run["not_violated"]:
        if rule in violated:
            yield "%s was claimed to be violated" % rule
    for kind, n in run.get("rows", {}).items():
        if report["summary"]["rows"][kind] != n:
            yield "rows of kind %s: expected %d, got %d" % (kind, n, report["summary"]["rows"][kind])
    for c in report["calls"]:
        for f in c["findings"]:
            if f["outcome"] == "violated" and not f["evidence"] and f["class"] != "visibility":
                yield "%s is violated without evidence" % f["rule"]


def check(folder, run):
    options = run.get("options", [])
    code, out, err = audit(folder, run["inputs"], "-f", "json", *options)
    if not allowed(run["exit"], code):
        yield "exit: expected %s, got %d %s" % (run["exit"], code, err.strip()[:200])
    try:
        report = json.loads(out)
    except ValueError as e:
        yield "no report: %s" % e
        return
    yield from validate.complaints(WHOLE, report, "")
    yield from differences(run, report)
    yield from same_bytes(folder, run["inputs"], out, options)
    code, lines, _ = audit(folder, run["inputs"], "-f", "ndjson", *options)
    calls = [json.loads(x) for x in lines.decode().splitlines()]
    if len(calls) != len(report["calls"]):
        yield "NDJSON has %d lines for %d calls" % (len(calls), len(report["calls"]))
    for call in calls:
        yield from validate.complaints(CALL, call, "line ")
    if len(run["inputs"]) == 1 and not options:
        yield from pieces(folder, run["inputs"][0], report)


def same_bytes(folder, inputs, out, options):
    for what, again in (("a second run", []), ("-j1", ["-j1"]), ("-j2", ["-j2"]), ("-j8", ["-j8"])):
        if audit(folder, inputs, "-f", "json", *options, *again)[1] != out:
            yield "other bytes from " + what
    for order in list(itertools.permutations(inputs))[1:]:
        if audit(folder, order, "-f", "json", *options)[1] != out:
            yield "other bytes in the order " + " ".join(order)


def packets(path):
    """the header of a classic capture in this machine's order, and its records"""
    with (gzip.open if path.endswith(".gz") else open)(path, "rb") as f:
        data = f.read()
    records, at = [], 24
    while at < len(data):
        end = at + 16 + struct.unpack_from("<I", data, at + 8)[0]
        records.append(data[at:end])
        at = end
    return data[:24], records


def essence(report):
    """what must not depend on how a capture was cut: no input, no frame number"""
    return [{"kind": c["kind"], "from": c["from"], "to": c["to"], "start": c["start"], "end": c["end"],
             "conditions": {k: v["verdict"] for k, v in c["conditions"].items()},
             "label": c["label"], "score": c["score"], "coverage": c["coverage"],
             "violated": sorted({f["rule"] for f in c["findings"] if f["outcome"] == "violated"}),
             "media": [[s["a"], s["b"], s["ssrc"], s["packets"], s["bytes"], s["clear_packets"], s["protection"]]
                       for m in c["media"] for s in m["segments"]]} for c in report["calls"]]


def pieces(folder, argument, whole):
    label, path = argument.split("=", 1)
    header, records = packets(os.path.join(folder, path))
    with tempfile.TemporaryDirectory() as tmp:
        half = len(records) // 2
        for name, part in (("first", records[:half]), ("second", records[half:])):
            with open(os.path.join(tmp, name + ".pcap"), "wb") as f:
                f.write(header + b"".join(part))
        both = [label + "=second.pcap", label + "=first.pcap"]
        joined = json.loads(audit(tmp, both, "-f", "json")[1])
        for was, now in zip(essence(whole), essence(joined)):
            for k in was:
                if was[k] != now[k]:
                    yield "in two pieces, %s: %s instead of %s" % (k, now[k], was[k])
        if len(joined["calls"]) != len(whole["calls"]):
            yield "in two pieces, %d rows instead of %d" % (len(joined["calls"]), len(whole["calls"]))
        for argument in both:
            part = json.loads(audit(tmp, [argument], "-f", "json")[1])
            for c, v in part["summary"]["conditions"].items():
                was = whole["summary"]["conditions"][c]["verdict"]
                if v["verdict"] in ("pass", "fail") and v["verdict"] != was:
                    yield "%s alone: %s is %s, of the whole %s" % (argument, c, v["verdict"], was)


def scenes():
    for path in sorted(glob.glob(os.path.join(SAMPLES, "*", "expect.json"))):
        with open(path) as f:
            expect = json.load(f)
        for run in expect["runs"]:
            yield os.path.dirname(path), expect["scene"], run


def main():
    passed = failed = 0
    every = list(scenes())
    with ThreadPoolExecutor(2) as pool:
        results = pool.map(lambda x: list(check(x[0], x[2])), every)
        for (_, scene, run), wrong in zip(every, results):
            passed, failed = passed + (not wrong), failed + bool(wrong)
            for w in wrong:
                print("golden: %s %s: %s" % (scene, " ".join(run["inputs"]), w))
    print("golden: %d runs passed, %d failed" % (passed, failed))
    sys.exit(1 if failed or not passed else 0)


main()
