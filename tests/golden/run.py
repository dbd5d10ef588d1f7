"""run.py - holds earshot to what is written beside every sample.

usage: run.py EARSHOT SAMPLES

Each run of an expect.json names its inputs and what the report must say:
conditions (one verdict or several allowed), label, rules that must and must not be
violated, rows by kind, exit code. Every report is validated against the published
schema, every NDJSON line against its call part; bytes must not depend on the order
of inputs, on a second run, or on the number of threads.
"""
import glob
import json
import os
import subprocess
import sys

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
    code, out, err = audit(folder, run["inputs"], "-f", "json")
    if code != run["exit"]:
        yield "exit: expected %d, got %d %s" % (run["exit"], code, err.strip()[:200])
    try:
        report = json.loads(out)
    except ValueError as e:
        yield "no report: %s" % e
        return
    yield from validate.complaints(WHOLE, report, "")
    yield from differences(run, report)
    for what, again in (("a second run", []), ("-j1", ["-j1"]), ("-j8", ["-j8"])):
        if audit(folder, run["inputs"], "-f", "json", *again)[1] != out:
            yield "other bytes from " + what
    if audit(folder, run["inputs"][::-1], "-f", "json")[1] != out:
        yield "other bytes when the inputs change places"
    code, lines, _ = audit(folder, run["inputs"], "-f", "ndjson")
    calls = [json.loads(x) for x in lines.decode().splitlines()]
    if len(calls) != len(report["calls"]):
        yield "NDJSON has %d lines for %d calls" % (len(calls), len(report["calls"]))
    for call in calls:
        yield from validate.complaints(CALL, call, "line ")


def main():
    passed = failed = 0
    for path in sorted(glob.glob(os.path.join(SAMPLES, "*", "expect.json"))):
        folder = os.path.dirname(path)
        with open(path) as f:
            expect = json.load(f)
        for run in expect["runs"]:
            wrong = list(check(folder, run))
            passed, failed = passed + (not wrong), failed + bool(wrong)
            for w in wrong:
                print("golden: %s %s: %s" % (expect["scene"], " ".join(run["inputs"]), w))
    print("golden: %d runs passed, %d failed" % (passed, failed))
    sys.exit(1 if failed or not passed else 0)


main()
