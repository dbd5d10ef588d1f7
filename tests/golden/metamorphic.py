"""metamorphic.py - what must hold between reports of the same packets, whatever the packets are.

usage: metamorphic.py EARSHOT [FOLDER] [SUBSETS] [SEED] [--inventory] [--only PATTERN] [--case N]
                      [--first N] [--workers N] [--each] [--often PROGRAM]

FOLDER (samples/) holds one folder of captures a scene. Of each scene, all of its
capture points together (a file any.* by itself):
 a  another order of inputs gives the same bytes;
 b  a file in two pieces of one label, a file given twice, and other labels give the
    same rows, verdicts, scores and findings, once inputs and frame numbers are left out;
 c  SUBSETS (4) random parts of its frames and capture points show no pass and no fail
    that the whole lacks, and lift the low end of the worst call's score no higher.

Packets left out may take a call away, or tear one into several rows. So a row is
held against the rows of the whole that it shares a Call-ID or a pair of addresses
with; its fail may also be that of another row, its pass may not. And a part that holds
nothing of a line but its readable stretch says that no keys were used (rule-catalog
B.6); of the whole, which holds the rest, the same packets fail media alone.

--inventory asserts what FOLDER/truth*.json says of the scene's hosts: roles, and which
capture points are access links. --case repeats one part of one scene and keeps its files.
A part hangs on seed, scene and number alone: --first N goes on where another run ended, and
--each tells every scene as it is done. Parts are written where TMPDIR says; memory is best.
--often (tests/golden/often.c) runs all in one process, which takes a fifth of the time; the report
of the whole and of every fiftieth part must be that of EARSHOT itself, byte for byte.
"""
import argparse
import fnmatch
import glob
import gzip
import json
import os
import random
import shutil
import struct
import subprocess
import sys
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor

TIMEOUT = 120
CONDITIONS = ("signaling", "keys", "media")
ROLES = {"alice": "endpoint", "bob": "endpoint", "carol": "endpoint", "dave": "endpoint", "pa": "proxy",
         "pb": "proxy", "proxy": "proxy", "sbc": "sbc", "media": "sbc", "relay": "relay", "turn": "turn"}


# ---- captures


def load(path):
    """header and records of a classic capture in this machine's order; None: another kind of file"""
    if path.endswith(".zst"):
        data = subprocess.run(["zstd", "-dcq", path], stdout=subprocess.PIPE, check=True).stdout
    else:
        with (gzip.open if path.endswith(".gz") else open)(path, "rb") as f:
            data = f.read()
    if data[:4] not in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1"):
        return None
    records, at = [], 24
    while at + 16 <= len(data):
        end = at + 16 + struct.unpack_from("<I", data, at + 8)[0]
        records.append(data[at:end])
        at = end
    return data[:24], records


def store(path, header, records):
    with open(path, "wb") as f:
        f.write(header + b"".join(records))


def flow(header, record):
    """addresses and ports of a packet, the same for both ways; None: no such packet"""
    skip = {1: 14, 113: 16, 276: 20, 101: 0, 12: 0}.get(struct.unpack_from("<I", header, 20)[0] & 0xffff)
    ip = record[16 + skip:] if skip is not None else b""
    if len(ip) >= 28 and ip[0] >> 4 == 4:
        a, b, up = ip[12:16], ip[16:20], ip[(ip[0] & 15) * 4:]
    elif len(ip) >= 48 and ip[0] >> 4 == 6:
        a, b, up = ip[8:24], ip[24:40], ip[40:]
    else:
        return None
    return min((a, up[:2], b, up[2:4]), (b, up[2:4], a, up[:2]))


# ---- random parts


def scattered(rnd, header, records):
    share = rnd.choice((0.03, 0.1, 0.3, 0.5, 0.7, 0.9, 0.97))
    return [r for r in records if rnd.random() < share]


def stretch(rnd, header, records):
    a, b = sorted(rnd.randrange(len(records) + 1) for _ in range(2))
    return records[a:b]


def holed(rnd, header, records):
    a, b = sorted(rnd.randrange(len(records) + 1) for _ in range(2))
    return records[:a] + records[b:]


def some_flows(rnd, header, records):
    share, fate = rnd.choice((0.3, 0.6, 0.85)), {}
    return [r for r in records if fate.setdefault(flow(header, r), rnd.random() < share)]


def one_way(rnd, header, records):
    """one direction of some flows"""
    fate = {}
    return [r for r in records if fate.setdefault(r[16:16 + 54], rnd.random() < 0.7)]


KINDS = (scattered, stretch, holed, some_flows, one_way)


def part_of(rnd, files):
    """label to header and records of what is left"""
    kept = [x for x in sorted(files) if rnd.random() < 0.75] or [rnd.choice(sorted(files))]
    out = {}
    for label in kept:
        header, records = files[label]
        for kind in rnd.choices((None,) + KINDS, k=rnd.choice((1, 1, 2))):
            if kind and records:
                records = kind(rnd, header, records)
        out[label] = (header, records)
    return out


# ---- what a report says


def short(finding):
    return [finding[k] for k in ("rule", "outcome", "severity", "class", "scope")]


def essence(report):
    """what must not depend on names of inputs, on numbers of frames, on how a capture is cut"""
    return [{"id": c["id"], "kind": c["kind"], "start": c["start"], "end": c["end"], "label": c["label"],
             "conditions": {k: [c["conditions"][k][x] for x in ("verdict", "known", "complete", "why")]
                            for k in CONDITIONS},
             "score": [c["score"], c["score_range"], c["letter"], c["coverage"]],
             "findings": sorted(short(f) for f in c["findings"])} for c in report["calls"]]


def different(was, now):
    if len(was) != len(now):
        yield "%d rows instead of %d" % (len(now), len(was))
    for x, y in zip(was, now):
        for k in x:
            if x[k] != y[k]:
                yield "row %s: %s %s instead of %s" % (x["id"][:8], k, y[k], x[k])


def marks(call):
    """Call-IDs; and pairs of addresses, for rows that have none"""
    ids = {leg["call_id"] for leg in call["legs"] if leg.get("call_id")}
    pairs = {frozenset((leg["a"], leg["b"])) for leg in call["legs"]}
    pairs |= {frozenset((s["a"], s["b"])) for m in call["media"] for s in m["segments"]}
    return ids, pairs


def same_rows(call, report):
    """the rows of the whole that this one is a part of"""
    ids, pairs = marks(call)
    other = [(c, marks(c)) for c in report["calls"]]
    return [c for c, m in other if ids & m[0]] or [c for c, m in other if pairs & m[1]]


def verdict(call, condition):
    return call["conditions"][condition]["verdict"]


def fails(row, condition, call):
    """does this row of the whole carry the fail of a call of the part?"""
    stretch = condition == "keys" and call["conditions"]["keys"]["why"].startswith("no encryption keys were used")
    return verdict(row, condition) == "fail" or stretch and verdict(row, "media") == "fail"


def claims(whole, part):
    """passes and fails that the whole does not have"""
    for call in part["calls"]:
        like = same_rows(call, whole)
        for k in CONDITIONS:
            said = verdict(call, k)
            if said == "pass" and not any(verdict(c, k) == "pass" for c in like or whole["calls"]):
                yield call, "%s passes, of the whole %s" % (k, [verdict(c, k) for c in like])
            if said == "fail" and not any(fails(c, k, call) for c in like + whole["calls"]):
                yield call, "%s fails, of the whole %s" % (k, [verdict(c, k) for c in like])


def lifted(whole, part):
    """the worst call of the whole may not look better for being seen less"""
    scored = [c for c in whole["calls"] if c["score_range"]]
    if not scored:
        return
    worst = min(scored, key=lambda c: c["score_range"][0])
    now = [c for c in part["calls"] if c["score_range"]]
    call = min(now, key=lambda c: c["score_range"][0]) if now else None
    if call and worst in same_rows(call, whole) and call["score_range"][0] > worst["score_range"][0]:
        yield call, "score from %d, of the whole from %d" % (call["score_range"][0], worst["score_range"][0])


def reason(call):
    return "; ".join("%s: %s" % (k, call["conditions"][k]["why"]) for k in CONDITIONS)


# ---- runs


class Often:
    """one copy of `often`, for one thread"""

    def __init__(self, program):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def run(self, folder, command):
        out, err = (os.path.join(folder, x) for x in (".out", ".err"))
        words = [folder, out, err, *command[1:]]
        self.process.stdin.write("\0".join(words).encode() + b"\0\n")
        self.process.stdin.flush()
        code = int(self.process.stdout.readline() or -1)
        with open(out, "rb") as o, open(err, "rb") as e:
            return code, o.read(), e.read()


    def end(self):
        self.process.stdin.close()
        self.process.wait()


def started(earshot, folder, command):
    p = subprocess.run([earshot, *command], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                       timeout=TIMEOUT)
    return p.returncode, p.stdout, p.stderr


HERE, EVERY = threading.local(), []


def at_once(options, folder, command, compare):
    if not options.often:
        return started(options.earshot, folder, command)
    command = [*command, "--no-sandbox"]
    if not hasattr(HERE, "often") or HERE.often.process.poll() is not None:
        HERE.often = Often(options.often)
        EVERY.append(HERE.often)
    got = HERE.often.run(folder, command)
    if compare and started(options.earshot, folder, command) != got:
        raise RuntimeError("%s reports something else" % options.often)
    return got


# ---- one scene


class Scene:
    def __init__(self, options, name, files, hosts, keys):
        self.options, self.name, self.files, self.hosts, self.keys = options, name, files, hosts, keys

    def inventory(self, folder, labels):
        """`labels`: of this run, by those of the scene"""
        path = os.path.join(folder, "inventory.json")
        entries = [{"address": a, "role": ROLES[n], "name": n}
                   for n, at in sorted(self.hosts.items()) for a in at if n in ROLES]
        taps = [{"label": now, "place": "access"} for was, now in sorted(labels.items())
                if ROLES.get(was) == "endpoint"]
        with open(path, "w") as f:
            json.dump({"schema": "earshot.inventory/1", "entries": entries, "taps": taps}, f)
        return ["--inventory", path]

    def audit(self, folder, inputs, labels=None, compare=False):
        labels = labels or {x: x for x in self.files}
        more = self.inventory(folder, labels) if self.hosts is not None else []
        command = ["audit", "-f", "json", "--redact", "none", "--no-hash", "-j1", *self.keys, *more, *inputs]
        code, out, err = at_once(self.options, folder, command, compare)
        if code not in (0, 1, 3, 4):
            raise RuntimeError("exit %d: %s" % (code, err.decode(errors="replace")[:300]))
        return out

    def write(self, folder, files):
        for label, (header, records) in files.items():
            store(os.path.join(folder, label + ".pcap"), header, records)
        return ["%s=%s.pcap" % (x, x) for x in sorted(files)]

    def in_pieces(self, rnd, folder, inputs):
        label = rnd.choice(sorted(self.files))
        header, records = self.files[label]
        cuts = [i for i in range(1, len(records)) if records[i][:8] != records[i - 1][:8]]
        cut = rnd.choice(cuts or [0])
        store(os.path.join(folder, "piece1.pcap"), header, records[:cut])
        store(os.path.join(folder, "piece2.pcap"), header, records[cut:])
        rest = [x for x in inputs if not x.startswith(label + "=")]
        return rest + [label + "=piece2.pcap", label + "=piece1.pcap"]

    def fixed(self, folder, inputs, plain):
        """(a) and (b)"""
        rnd = random.Random("%s %s" % (self.options.seed, self.name))
        whole = essence(json.loads(plain))
        if len(inputs) > 1:
            order = inputs[1:] + inputs[:1] if rnd.random() < 0.5 else inputs[::-1]
            if self.audit(folder, order) != plain:
                yield "other bytes in the order " + " ".join(order)
        names = {x: "%c-%s" % (ord("z") - i, x[::-1]) for i, x in enumerate(sorted(self.files))}
        cases = (("in two pieces", self.in_pieces(rnd, folder, inputs), None),
                 ("a file twice", inputs + [rnd.choice(inputs)], None),
                 ("labelled anew", ["%s=%s" % (names[x.split("=")[0]], x.split("=")[1]) for x in inputs], names))
        for what, again, labels in cases:
            for d in different(whole, essence(json.loads(self.audit(folder, again, labels)))):
                yield "%s: %s" % (what, d)

    def part(self, folder, n, whole):
        """(c)"""
        files = part_of(random.Random("%s %s %d" % (self.options.seed, self.name, n)), self.files)
        inputs = self.write(folder, files)
        report = json.loads(self.audit(folder, inputs, compare=n % 50 == 0))
        for call, what in [*claims(whole, report), *lifted(whole, report)]:
            yield "part %d (%s), row %s: %s (%s)" % (
                n, ", ".join("%s %d of %d" % (x, len(files[x][1]), len(self.files[x][1])) for x in sorted(files)),
                call["id"][:8], what, reason(call))
        if self.options.case is not None:
            print("kept: cd %s; %s" % (folder, " ".join(inputs)))

    def violations(self):
        with tempfile.TemporaryDirectory() as folder:
            inputs = self.write(folder, self.files)
            plain = self.audit(folder, inputs, compare=True)
            whole = json.loads(plain)
            if self.options.case is not None:
                yield from self.part(tempfile.mkdtemp(), self.options.case, whole)
                return
            yield from self.fixed(folder, inputs, plain)
            for n in range(self.options.first, self.options.subsets):
                part = os.path.join(folder, "part")
                os.mkdir(part)
                yield from self.part(part, n, whole)
                shutil.rmtree(part)


def label_of(path):
    return os.path.basename(path).split(".")[0]


def told_hosts(folder):
    hosts = {}
    for path in glob.glob(os.path.join(folder, "truth*.json")):
        with open(path) as f:
            for name, scene in json.load(f)["scenarios"].items():
                hosts[name] = scene.get("hosts", {})
    return hosts


def key_options(folder):
    """key logs and private keys that lie beside the captures; runs are held against runs with the same"""
    found = []
    for kind, option in (("*.keylog", "--keylog"), ("*.key", "--tls-key")):
        for path in sorted(glob.glob(os.path.join(folder, kind))):
            found += [option, os.path.abspath(path)]
    return found


def scenes(options):
    hosts = told_hosts(options.folder)
    for folder in sorted(glob.glob(os.path.join(options.folder, "*", ""))):
        name = os.path.basename(folder[:-1])
        files = {label_of(p): load(p) for p in sorted(glob.glob(folder + "*.pcap*"))}
        files = {x: f for x, f in files.items() if f and f[1]}
        apart = {x: f for x, f in files.items() if x != "any"}
        for what, some in ((name, apart), (name + "/any", {x: files[x] for x in files if x == "any"})):
            if not some or (options.inventory and name not in hosts):
                continue
            asserted = hosts[name] if options.inventory else None
            yield Scene(options, what, some, asserted, [])
            if key_options(folder):
                yield Scene(options, what + "+key", some, asserted, key_options(folder))


def arguments():
    p = argparse.ArgumentParser(usage=__doc__.split("\n\n")[1][7:])
    p.add_argument("earshot", type=os.path.abspath)
    p.add_argument("folder", nargs="?", default="samples")
    p.add_argument("subsets", nargs="?", type=int, default=4)
    p.add_argument("seed", nargs="?", default="1")
    p.add_argument("--inventory", action="store_true")
    p.add_argument("--only", default="*")
    p.add_argument("--case", type=int)
    p.add_argument("--first", type=int, default=0)
    p.add_argument("--workers", type=int, default=2)
    p.add_argument("--each", action="store_true")
    p.add_argument("--often", type=os.path.abspath)
    return p.parse_args()


def look(scene):
    try:
        return list(scene.violations())
    except (RuntimeError, ValueError, subprocess.TimeoutExpired) as e:
        return ["no report: %s" % e]


def main():
    options = arguments()
    every = [s for s in scenes(options) if fnmatch.fnmatchcase(s.name, options.only)]
    wrong = 0
    with ThreadPoolExecutor(options.workers) as pool:
        for scene, found in zip(every, pool.map(look, every)):
            for f in found:
                print("metamorphic: %s: %s" % (scene.name, f), flush=True)
            if options.each:
                print("metamorphic: %s: parts %d to %d, seed %s: %d violations" % (
                    scene.name, options.first, options.subsets - 1, options.seed, len(found)), flush=True)
            wrong += len(found)
    for often in EVERY:
        often.end()
    print("metamorphic: %d scenes, %d parts each, seed %s%s: %d violations" % (
        len(every), options.subsets, options.seed, ", with inventory" if options.inventory else "", wrong))
    sys.exit(1 if wrong or not every else 0)


main()
