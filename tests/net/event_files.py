"""event_files.py - files of events whose writer is killed at many moments: whole, and none is missing.

usage: event_files.py SEND_EVENTS

The writer tells after each part what it has written; whatever it told of must be in the files, in its
order, over every rotation and every kill. A kill is no loss of power: every third time we take off a part
of the last line ourselves, as that would, and the next start takes off the rest, and that line alone. ECS documents of every kind of event are held against our table of ECS 8.11.
"""
import glob
import json
import os
import random
import subprocess
import sys
import tempfile
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "schema"))
import validate  # noqa: E402

SEND, KILLS = os.path.abspath(sys.argv[1]), 100
passed = failed = 0


def expect(name, good, more=""):
    global passed, failed
    passed, failed = passed + bool(good), failed + (not good)
    if not good:
        print("event files: %s %s" % (name, more))


def line(i, **more):
    return json.dumps({"run": "r1", "event": "alert", "event_id": "%032x" % i, "time": "2026-01-02T03:04:05.678901234Z",
                       "severity": "high", "message": "Number %d" % i, "rule": "MED-001", "number": i, **more}).encode() + b"\n"


def in_order(path):
    """the oldest first"""
    old = sorted(glob.glob(path + ".*"), key=lambda p: -int(p.rsplit(".", 1)[1]))
    return old + [path]


def killed_at_some_moment(path, first, rng):
    """how far the writer is known to have come, and how far it may have come"""
    p = subprocess.Popen([SEND, "ndjson:" + path, "20000", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    timer, parts = threading.Timer(rng.uniform(0, 0.004), p.kill), rng.randrange(8)
    known, upto = first, first
    try:
        while True:
            if upto == first + parts * 20:
                timer.start()
            part = b"".join(line(upto + k, pad="x" * rng.randrange(3000)) for k in range(20))
            upto += 20
            p.stdin.write(part + b"\n")
            p.stdin.flush()
            if not p.stdout.readline():
                break
            known = upto
    except BrokenPipeError:
        pass
    timer.join()
    p.wait()
    p.stdout.close()
    try:
        p.stdin.close()
    except BrokenPipeError:
        pass
    return known, upto


def cut_last_line(path, rng):
    """its number, or None where there is none to cut"""
    with open(path, "rb+") as f:
        text = f.read()
        last = text[text.rfind(b"\n", 0, -1) + 1:]
        if not last.endswith(b"\n"):
            return None
        f.truncate(len(text) - rng.randrange(2, len(last)))
    return json.loads(last)["number"]


def killed_often(folder):
    path, rng, first = os.path.join(folder, "events"), random.Random(7), 0
    gaps, cut = [], set()
    for _ in range(KILLS):
        known, upto = killed_at_some_moment(path, first, rng)
        gaps.append((known, upto))
        if os.path.exists(path) and rng.randrange(3) == 0:
            cut.add(cut_last_line(path, rng))
        first = upto
    end = subprocess.run([SEND, "ndjson:" + path, "20000", "-"], input=line(first), stdout=subprocess.PIPE, check=True)
    numbers = []
    for name in in_order(path):
        with open(name, "rb") as f:
            text = f.read()
        expect("whole: " + name, text.endswith(b"\n") or not text)
        numbers += [json.loads(one)["number"] for one in text.split(b"\n")[:-1]]
    expect("rotated", len(in_order(path)) > 5, len(in_order(path)))
    expect("in order, each once", numbers == sorted(set(numbers)))
    there = set(numbers)
    cut.discard(None)
    expect("what was cut is gone, and nothing else", not cut & there and len(cut) > 5, len(cut))
    lost = [i for i in range(first + 1) if i not in there | cut and not any(known <= i < upto for known, upto in gaps)]
    expect("none of those told of is missing", not lost, lost[:5])
    expect("the last start wrote", json.loads(end.stdout)["sent"] == 1 and first in there)
    print("event files: %d kills, %d lines kept, %d cut" % (KILLS, len(numbers), len(cut)))


def documents(folder):
    path = os.path.join(folder, "ecs")
    events = [line(0, event="call", id="c1", state="firm", revision=2, start="2026-01-02T03:00:00Z", end="2026-01-02T03:04:05Z",
                   ends=[{"address": "10.0.0.1:5060"}, {"address": "host-1"}], legs=[{"transport": "tls", "call_id": "x@y"}], findings=[],
                   conditions={c: {"verdict": "fail", "grade": 4, "why": "w"} for c in ("signaling", "keys", "media")})]
    events += [line(1 + i, state=state, count=3, first_seen="2026-01-01T00:00:00Z", last_seen="2026-01-02T00:00:00Z", **{"class": c})
               for i, (state, c) in enumerate((s, c) for s in ("opened", "worse", "lasting", "cleared") for c in ("attack", "exposure"))]
    events += [line(20 + i, event=kind, detail="d", title="t", start="2026-01-01T00:00:00Z", sources=[{"label": "a", "packets": 1}])
               for i, kind in enumerate(("finding", "change", "posture", "visibility", "heartbeat"))]
    subprocess.run([SEND, "ecs:" + path, "0", "-"], input=b"".join(events), stdout=subprocess.PIPE, check=True)
    with open(os.path.join(os.path.dirname(validate.__file__), "ecs.json")) as f:
        table = validate.jsonschema.Draft202012Validator(json.load(f), format_checker=validate.jsonschema.FormatChecker())
    with open(path) as f:
        docs = [json.loads(one, object_pairs_hook=validate.no_twins) for one in f]
    complaints = [c for d in docs for c in validate.complaints(table, d, "")]
    expect("documents keep to ECS", not complaints, complaints[:3])
    expect("a document an event", [d["event"]["id"] for d in docs] == [json.loads(e)["event_id"] for e in events])
    expect("a dataset a kind", len({d["event"]["dataset"] for d in docs}) == 7)


for trial in (killed_often, documents):
    with tempfile.TemporaryDirectory() as where:
        trial(where)
print("event files: %d passed, %d failed" % (passed, failed))
sys.exit(1 if failed else 0)
