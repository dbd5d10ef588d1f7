"""soak.py - how much a watch takes without loss, whether it stays as it is for long, and what it says when it cannot.

usage: soak.py EARSHOT TRAFFIC TALLY WORK SAMPLES

Calls with media are sent over a cable in a loop by tcpreplay. The highest rate without drops is looked for by
halving, for the watch, for tcpdump writing to /dev/null and for sngrep without a terminal, with the same buffer
in the kernel: in short tries first, of which the best must then be held for HOLD seconds, or the next lower one.
Then the watch runs at MARGIN of its rate for MINUTES: memory and descriptors must not grow and nothing may be
dropped. Then at twice that rate, or as fast as the machine sends, and once more with a small buffer while it is
stopped every other moment: what is dropped must be reported. In all of them no call may pass, or fail, that does
not in an audit of what is sent. Environment: MINUTES (1), MARGIN (0.9), STEP (5,
seconds of a try), HOLD (60, or 20 when MINUTES is below 5), CALLS (600, at once), BUFFER (64, MiB in the kernel).
"""
import collections
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import encap
import netns

EARSHOT, TRAFFIC, TALLY, WORK, SAMPLES = (os.path.abspath(p) for p in sys.argv[1:6])
MINUTES, MARGIN = float(os.environ.get("MINUTES", "1")), float(os.environ.get("MARGIN", "0.9"))
STEP, CALLS, BUFFER = (int(os.environ.get(k, d)) for k, d in (("STEP", "5"), ("CALLS", "600"), ("BUFFER", "64")))
# Open calls are judged every five seconds at most, and less often when that is dear: several times in a HOLD.
HOLD = int(os.environ.get("HOLD", "60" if MINUTES >= 5 else "20"))
ROUND = 3  # as many calls a round as are alive at once: each is over for long when its Call-ID comes again
KEEP = 4  # files of 500 MB beside the one that is written
LOWER = 0.9  # what a rate that could not be held is lowered by
# Beside the calls in clear that the generator makes: keys in SDP, DTLS and ZRTP.
ALSO = ("udp-sdes-proxy", "udp-dtls-proxy", "zrtp-direct", "tls-dtls-direct")
FASTEST = 2000000  # packets a second; no machine of ours sends so many
passed = failed = 0


def expect(name, good, more=""):
    global passed, failed
    passed, failed = passed + bool(good), failed + (not good)
    print("soak: so: " + name if good else "soak: NOT SO: %s %s" % (name, str(more)[:800]))


# ---- what is sent -------------------------------------------------------------------------------------------------
def loop():
    """calls of the generator from end to end of one round, and some of the samples in their midst"""
    made, path = os.path.join(WORK, "made.pcap"), os.path.join(WORK, "loop.pcap")
    with open(made, "wb") as f:
        subprocess.run([TRAFFIC, str(ROUND * CALLS), str(CALLS), "6", "5"], stdout=f, check=True)
    packets = encap.frames(made)
    middle = packets[len(packets) // 3][0]
    for name in ALSO:
        some = encap.frames(next(os.path.join(SAMPLES, name, n) for n in ("alice.pcap.gz", "alice.pcap")
                                 if os.path.exists(os.path.join(SAMPLES, name, n))))
        packets += [(stamp - some[0][0] + middle, frame) for stamp, frame in some]
    packets.sort(key=lambda p: p[0])
    encap.write(path, packets)
    os.unlink(made)
    return path, len(packets)


# The same calls between other hosts, for a second sender: one packet of two senders would be one seen twice.
OTHERS = ((b"10.10.", b"10.11."), (b"10.20.", b"10.21."), (b"@a.example", b"@c.example"))


def elsewhere(path):
    other = os.path.join(WORK, "other.pcap")
    out = []
    for stamp, frame in encap.frames(path):
        if frame[26:28] not in (b"\n\n", b"\n\x14"):
            continue
        for a, b in OTHERS:
            frame = frame.replace(a, b)
        out.append((stamp, frame[:27] + bytes([frame[27] + 1]) + frame[28:31] + bytes([frame[31] + 1]) + frame[32:]))
    encap.write(other, out)
    return other


class Sender:
    """a loop that goes on for so long"""

    def __init__(self, path, rate, seconds):
        self.patience = seconds + 300  # it reads all of the loop first
        pace = ["--topspeed"] if rate >= FASTEST else ["--pps=%d" % rate]
        self.p = netns.begin("tcpreplay", "-q", "-K", "--loop=0", "--duration=%d" % seconds, "-i", "vs", *pace, path,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def sent(self):
        """packets, and packets a second"""
        text = self.p.communicate(timeout=self.patience)[0].decode()
        n = re.search(r"Actual: (\d+) packets .* sent in ([\d.]+) seconds", text)
        if not n:
            raise SystemExit("soak: tcpreplay said: " + text[-400:])
        return int(n.group(1)), int(n.group(1)) / max(float(n.group(2)), 0.001)


def listening():
    for _ in range(200):
        with open("/proc/net/packet") as f:
            if len(f.readlines()) > 1:
                return
        time.sleep(0.05)
    raise SystemExit("soak: nobody listens")


def policy():
    """Rounds repeat Call-IDs: a call must be over when its next round begins."""
    path = os.path.join(WORK, "short.json")
    with open(path, "w") as f:
        json.dump({"schema": "earshot.policy/1", "name": "short", "summary": "Calls end soon.",
                   "gate": {"classes": ["attack", "exposure"], "weakens": True, "fail_on": "high"}, "requires": [],
                   "parameters": {"bye_linger": 1}}, f)
    return path


# ---- who listens --------------------------------------------------------------------------------------------------
class Watch:
    def __init__(self, name, *more):
        self.out = os.path.join(WORK, name + ".ndjson")
        for path in self.files():
            os.unlink(path)
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            self.port = s.getsockname()[1]
        self.p = netns.begin(EARSHOT, "watch", "--redact", "none", "--policy", policy(), "-B", "%dM" % BUFFER, "-i",
                             "trunk=vm", "--events", "call,heartbeat,visibility", "--heartbeat", "1", "--metrics",
                             str(self.port), "-o", self.out, "--rotate", "500M", "--keep", str(KEEP), *more,
                             stderr=subprocess.PIPE)
        listening()

    def files(self):
        """what it wrote, oldest first; of half an hour, in which it is more than ten gigabytes, the last"""
        names = ["%s.%d" % (self.out, n) for n in range(KEEP, 0, -1)] + [self.out]
        return [name for name in names if os.path.exists(name)]

    def events(self, kind):
        for path in self.files():
            with open(path) as f:
                yield from (e for e in map(json.loads, f) if e["event"] == kind)

    def metrics(self):
        with urllib.request.urlopen("http://127.0.0.1:%d/metrics" % self.port, timeout=10) as r:
            return r.read().decode()

    def value(self, name):
        return sum(float(x) for x in re.findall(r"^%s(?:\{[^}]*\})? (\S+)$" % name, self.metrics(), re.M))

    def caught_up(self):
        """what waits, here and in the kernel, has been judged"""
        before = -1
        for _ in range(100):
            time.sleep(1.1)
            packets = self.value("earshot_source_packets_total")
            if packets == before and not self.value("earshot_source_waiting_bytes"):
                return
            before = packets

    def drops(self):
        return int(self.value("earshot_source_drops_total"))

    def resident(self):
        with open("/proc/%d/status" % self.p.pid) as f:
            return int(re.search(r"VmRSS:\s+(\d+)", f.read()).group(1)) >> 10

    def descriptors(self):
        """but for those of a copy of the process, which come and go"""
        return sum(not os.path.basename(os.readlink(p)).startswith("pipe:") for p in
                   ("/proc/%d/fd/%s" % (self.p.pid, n) for n in os.listdir("/proc/%d/fd" % self.p.pid))
                   if os.path.lexists(p))

    def end(self):
        self.p.send_signal(signal.SIGTERM)
        return self.p.communicate(timeout=60)[1].decode()


def watch_drops(path, rate, seconds):
    w = Watch("try")
    packets, speed = Sender(path, rate, seconds).sent()
    w.caught_up()
    n = w.drops()
    w.end()
    return n, packets, speed


def tcpdump_drops(path, rate, seconds):
    p = netns.begin("tcpdump", "-Z", "root", "-n", "-i", "vm", "-B", str(BUFFER << 10), "-w", "/dev/null",
                    stderr=subprocess.PIPE)
    listening()
    packets, speed = Sender(path, rate, seconds).sent()
    time.sleep(0.5)
    p.send_signal(signal.SIGINT)
    text = p.communicate(timeout=60)[1].decode()
    return int(re.search(r"(\d+) packets? dropped by kernel", text).group(1)), packets, speed


def sngrep_drops(path, rate, seconds):
    """It does not tell: what its capture handle knows is written down by a library loaded before it."""
    tally = os.path.join(WORK, "tally")
    p = netns.begin("sngrep", "-N", "-q", "-R", "-l", "20000", "-d", "vm", "-B", str(BUFFER), stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL, env=dict(os.environ, LD_PRELOAD=TALLY, TALLY_FILE=tally, TERM="dumb"))
    listening()
    packets, speed = Sender(path, rate, seconds).sent()
    time.sleep(1)
    with open(tally) as f:
        received, dropped = map(int, f.read().split()[-2:])
    p.kill()
    p.wait()
    if not received:
        raise SystemExit("soak: sngrep received nothing")
    return dropped, packets, speed


def highest(name, drops, path, top):
    """The highest rate that is held without drops, within some; whoever keeps up with all that can be sent has that."""
    best = low = tried(drops, path, top)
    while low > top / 100:
        n, packets, speed = drops(path, low, HOLD)
        if n == 0:
            low = min(low, speed)
            break
        low *= LOWER
    print("soak: %-8s %d s without drops at %7d packets a second; %d in %d s, of %d that can be sent" % (
        name, HOLD, low, best, STEP, top))
    return low


def tried(drops, path, top):
    """the highest rate without drops in short tries, of five halvings"""
    low, high = 0, top
    n, packets, speed = drops(path, FASTEST, STEP)
    if not n:
        low = high = speed
    for _ in range(5):
        if high - low < top / 40:
            break
        rate = int((low + high) / 2)
        n, packets, speed = drops(path, rate, STEP)
        if n == 0 and speed < 0.9 * rate:
            low = high = speed  # no more can be sent
        elif n == 0:
            low = rate
        else:
            high = rate
    return low


# ---- what it says -------------------------------------------------------------------------------------------------
def names(e):
    """Call-IDs; of a row without, where its media went"""
    legs = [leg["call_id"] for leg in e["legs"] if leg["call_id"]]
    ends = [s[k] for m in e["media"] for s in m["segments"] for k in ("a", "b")]
    return legs, ends


def row(e):
    said = {(k, v["verdict"]) for k, v in e["conditions"].items()}
    return names(e) + (said, e["kind"], any(f["rule"] == "OBS-004" for f in e["findings"]))


def told(w):
    """the rows of a watch that are firm"""
    return [row(e) for e in w.events("call") if e["state"] == "firm"]


def audited(paths):
    """What each round says as a whole, by Call-ID and by address of media. The calls of a watch cannot be asked: of
    those that are open or wait when it ends it judges as many as it has time for."""
    by = collections.defaultdict(set)
    p = subprocess.Popen([EARSHOT, "audit", "-q", "-f", "ndjson", "--redact", "none", "--policy", policy()] + paths,
                         stdout=subprocess.PIPE)
    for legs, ends, said, _, _ in map(row, map(json.loads, p.stdout)):
        for name in legs + ends:
            by[name] |= said
    p.wait(timeout=60)
    return by


def only_weaker(whole, rows):
    """rows that pass, or fail, where nothing under their names does"""
    worse = []
    for legs, ends, said, kind, _ in rows:
        known = set().union(*(whole.get(n, set()) for n in legs + ends))
        more = {x for x in said - known if x[1] in ("pass", "fail")}
        if more:
            worse.append((kind, legs[:2], ends[:2], sorted(more)))
    return worse


# ---- for long -----------------------------------------------------------------------------------------------------
def flat(name, values, slack):
    """The last third is no higher than the second, but for so much."""
    third = len(values) // 3
    if MINUTES >= 5:
        expect("%s stays flat" % name, max(values[2 * third:]) <= max(values[third:2 * third]) * 1.03 + slack,
               values[::max(third // 5, 1)])
    return max(values[third:2 * third] or values), max(values[2 * third:] or values)


def steady(path, rate, whole):
    w, memory, descriptors = Watch("steady"), [], []
    s = Sender(path, rate, int(MINUTES * 60))
    while s.p.poll() is None:
        memory.append(w.resident())
        descriptors.append(w.descriptors())
        time.sleep(1)
    packets, speed = s.sent()
    w.caught_up()
    drops, cap = w.drops(), w.value("earshot_memory_cap_bytes") / (1 << 20)
    limits = re.findall(r'^earshot_limit_hits_total\{reason="(\w+)"\} ([1-9]\d*)$', w.metrics(), re.M)
    w.end()
    m, d = flat("memory", memory, 4), flat("the number of descriptors", descriptors, 1)
    expect("nothing is dropped at its rate", drops == 0, drops)
    expect("memory is below its cap", max(memory) < cap, (max(memory), cap))
    print("soak: %.1f minutes at %d packets a second, %d packets: memory %d, then %d MiB; descriptors %d, then %d; "
          "%d dropped%s" % (MINUTES, speed, packets, *m, *d, drops, "".join("; %s %s" % x for x in limits)))
    rows = told(w)
    expect("calls of every kind were judged", len({c for r in rows for c in r[0]}) >= CALLS / 2, len(rows))
    worse = only_weaker(whole, rows)
    expect("no verdict is other than of a round audited", not worse, (len(worse), worse[:3]))


def beyond(paths, rate, whole):
    w = Watch("beyond")
    senders = [Sender(p, min(rate, FASTEST) / len(paths), max(int(MINUTES * 6), 10)) for p in paths]
    packets, speed = (sum(x) for x in zip(*(s.sent() for s in senders)))
    if not lossy(w, packets, speed, whole):
        print("soak: this machine cannot send more than the watch takes")


def stopped(path, rate, whole):
    """as if the machine had had no time for it: whole stretches of packets are lost, in all states that calls have"""
    w = Watch("stopped", "-B", "1M")
    s = Sender(path, rate, 15)
    while s.p.poll() is None:
        for what in (signal.SIGSTOP, signal.SIGCONT):
            w.p.send_signal(what)
            time.sleep(0.4)
    packets, speed = s.sent()
    expect("who is stopped loses packets", lossy(w, packets, speed, whole))


def lossy(w, packets, speed, whole):
    """what must be so of a watch that may have lost packets; how many it did"""
    w.caught_up()
    drops, seen = w.drops(), int(w.value("earshot_source_packets_total"))
    words = w.end()
    rows = told(w)
    doubted = sum(doubt for *_, doubt in rows)
    print("soak: at %d packets a second %d of %d were dropped (%d counted as read), %d rows, %d of them say so" % (
        speed, drops, packets, seen, len(rows), doubted))
    expect("what is missing was reported as dropped", abs(packets - seen - drops) <= packets * 0.001 + 10,
           (packets, seen, drops))
    if drops:
        expect("heartbeats tell of the drops", any(b["drops"] for b in w.events("heartbeat")))
        expect("it is said at the end", re.search(r"[1-9]\d* dropped", words), words)
        expect("rows tell of the drops", doubted > 0)
    worse = only_weaker(whole, rows)
    expect("verdicts only weaken", rows and not worse, (len(rows), len(worse), worse[:3]))
    return drops


def main():
    netns.enter("soak", "tcpreplay", "tcpdump")
    began = time.time()
    shutil.rmtree(WORK, ignore_errors=True)
    os.makedirs(WORK)
    os.chmod(WORK, 0o777)
    path, packets = loop()
    netns.cables([("vs", "vm")])
    try:
        top = Sender(path, FASTEST, STEP).sent()[1]
        print("soak: %d packets a round, of %d calls; tcpreplay sends %d a second when nobody listens" % (
            packets, ROUND * CALLS + len(ALSO), top))
        mine = highest("earshot", watch_drops, path, top)
        peers = {"tcpdump": highest("tcpdump", tcpdump_drops, path, top)}
        if shutil.which("sngrep"):
            peers["sngrep"] = highest("sngrep", sngrep_drops, path, top)
        print("soak: earshot takes " + ", ".join("%.2f times what %s takes" % (mine / max(n, 1), who)
                                                 for who, n in peers.items()))
        expect("it takes something", mine > 0)
        # What one sender cannot send, two can.
        paths = [path] if mine * 2 < top else [path, elsewhere(path)]
        whole = audited(paths)
        steady(path, mine * MARGIN, whole)
        beyond(paths, mine * 2, whole)
        stopped(path, mine / 2, whole)
    finally:
        netns.end()
    print("soak: %d checks passed, %d failed, %d s" % (passed, failed, time.time() - began))
    if not failed:
        shutil.rmtree(WORK)
    sys.exit(failed > 0)


main()
