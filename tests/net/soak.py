"""soak.py - how much a watch takes without loss, whether it stays as it is for long, and what it says when it cannot.

usage: soak.py EARSHOT TRAFFIC TALLY WORK SAMPLES

Calls with media are sent over a cable in a loop by tcpreplay. The highest rate without drops is looked for by
halving, for the watch, for tcpdump writing to /dev/null and for sngrep without a terminal, with the same buffer
in the kernel. Then the watch runs at MARGIN of its rate for MINUTES: memory and descriptors must not grow and
nothing may be dropped. Then at twice that rate, or as fast as the machine sends: what is dropped must be
reported, and no call may pass, or fail, that did not before. Environment: MINUTES (1), MARGIN (0.8), STEP (3,
seconds of a try), CALLS (600, at once), BUFFER (32, MiB in the kernel).
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
MINUTES, MARGIN = float(os.environ.get("MINUTES", "1")), float(os.environ.get("MARGIN", "0.8"))
STEP, CALLS, BUFFER = (int(os.environ.get(k, d)) for k, d in (("STEP", "3"), ("CALLS", "600"), ("BUFFER", "32")))
# Beside the calls in clear that the generator makes: keys in SDP, DTLS and ZRTP.
ALSO = ("udp-sdes-proxy", "udp-dtls-proxy", "zrtp-direct", "tls-dtls-direct")
FASTEST = 2000000  # packets a second; no machine of ours sends so many
passed = failed = 0


def expect(name, good, more=""):
    global passed, failed
    passed, failed = passed + bool(good), failed + (not good)
    if not good:
        print("soak: NOT SO: %s %s" % (name, str(more)[:800]))


# ---- what is sent -------------------------------------------------------------------------------------------------
def loop():
    """calls of the generator from end to end of one round, and some of the samples in their midst"""
    made, path = os.path.join(WORK, "made.pcap"), os.path.join(WORK, "loop.pcap")
    with open(made, "wb") as f:
        subprocess.run([TRAFFIC, str(CALLS), str(CALLS), "6", "5"], stdout=f, check=True)
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


def as_the_first(name):
    for a, b in OTHERS:
        name = name.replace(b.decode(), a.decode())
    return name


class Sender:
    """a loop that goes on for so long"""

    def __init__(self, path, rate, seconds):
        pace = ["--topspeed"] if rate >= FASTEST else ["--pps=%d" % rate]
        self.p = netns.begin("tcpreplay", "-q", "-K", "--loop=0", "--duration=%d" % seconds, "-i", "vs", *pace, path,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def sent(self):
        """packets, and packets a second"""
        text = self.p.communicate(timeout=120)[0].decode()
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


# ---- who listens --------------------------------------------------------------------------------------------------
class Watch:
    def __init__(self, name, *more):
        self.out = os.path.join(WORK, name + ".ndjson")
        if os.path.exists(self.out):
            os.unlink(self.out)
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            self.port = s.getsockname()[1]
        # Rounds repeat Call-IDs: a call must be over when its next round begins.
        policy = os.path.join(WORK, "short.json")
        with open(policy, "w") as f:
            json.dump({"schema": "earshot.policy/1", "name": "short", "summary": "Calls end soon.",
                       "gate": {"classes": ["attack", "exposure"], "weakens": True, "fail_on": "high"}, "requires": [],
                       "parameters": {"bye_linger": 1}}, f)
        self.p = netns.begin(EARSHOT, "watch", "--redact", "none", "--policy", policy, "-B", "%dM" % BUFFER, "-i",
                             "trunk=vm", "--events", "call,heartbeat,visibility", "--heartbeat", "1", "--metrics",
                             str(self.port), "-o", self.out, *more, stderr=subprocess.PIPE)
        listening()

    def metrics(self):
        with urllib.request.urlopen("http://127.0.0.1:%d/metrics" % self.port, timeout=10) as r:
            return r.read().decode()

    def value(self, name):
        return sum(float(x) for x in re.findall(r"^%s(?:\{[^}]*\})? (\S+)$" % name, self.metrics(), re.M))

    def caught_up(self):
        """what waits in front of judging has been judged"""
        for _ in range(100):
            time.sleep(1.1)
            if not self.value("earshot_source_waiting_bytes"):
                return

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


def watch_drops(path, rate):
    w = Watch("try")
    packets, speed = Sender(path, rate, STEP).sent()
    w.caught_up()
    n = w.drops()
    w.end()
    return n, packets, speed


def tcpdump_drops(path, rate):
    p = netns.begin("tcpdump", "-Z", "root", "-n", "-i", "vm", "-B", str(BUFFER << 10), "-w", "/dev/null",
                    stderr=subprocess.PIPE)
    listening()
    packets, speed = Sender(path, rate, STEP).sent()
    time.sleep(0.5)
    p.send_signal(signal.SIGINT)
    text = p.communicate(timeout=60)[1].decode()
    return int(re.search(r"(\d+) packets? dropped by kernel", text).group(1)), packets, speed


def sngrep_drops(path, rate):
    """It does not tell: what its capture handle knows is written down by a library loaded before it."""
    tally = os.path.join(WORK, "tally")
    p = netns.begin("sngrep", "-N", "-q", "-R", "-l", "20000", "-d", "vm", "-B", str(BUFFER), stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL, env=dict(os.environ, LD_PRELOAD=TALLY, TALLY_FILE=tally, TERM="dumb"))
    listening()
    packets, speed = Sender(path, rate, STEP).sent()
    time.sleep(1)
    with open(tally) as f:
        received, dropped = map(int, f.read().split()[-2:])
    p.kill()
    p.wait()
    if not received:
        raise SystemExit("soak: sngrep received nothing")
    return dropped, packets, speed


def highest(name, drops, path, top):
    """The highest rate found without drops, in five halvings; whoever keeps up with all that can be sent has that."""
    low, high = 0, top
    n, packets, speed = drops(path, FASTEST)
    all_of_it = ", all that is sent" if not n else ""
    if not n:
        low = high = speed
    for _ in range(5):
        if high - low < top / 40:
            break
        rate = int((low + high) / 2)
        n, packets, speed = drops(path, rate)
        if n == 0 and speed < 0.9 * rate:
            low = high = speed  # no more can be sent
        elif n == 0:
            low = rate
        else:
            high = rate
    print("soak: %-8s without drops up to %7d packets a second%s" % (name, low, all_of_it))
    return low


# ---- what it says -------------------------------------------------------------------------------------------------
def names(e):
    """Call-IDs; of a row without, where its media went"""
    legs = [as_the_first(leg["call_id"]) for leg in e["legs"] if leg["call_id"]]
    ends = [as_the_first(s[k]) for m in e["media"] for s in m["segments"] for k in ("a", "b")]
    return legs, ends


def verdicts(path):
    """by Call-ID and by address of media: the verdicts that were said of it; and all rows"""
    by, rows = collections.defaultdict(set), []
    with open(path) as f:
        for e in map(json.loads, f):
            if e["event"] != "call" or e["state"] != "firm":
                continue
            legs, ends = names(e)
            said = {(k, v["verdict"]) for k, v in e["conditions"].items()}
            rows.append((legs, ends, said, e["kind"]))
            for name in legs + ends:
                by[name] |= said
    return by, rows


def only_weaker(before, after):
    """rows that pass, or fail, where nothing under their names did"""
    worse = []
    for legs, ends, said, kind in after:
        known = set().union(*(before.get(n, set()) for n in legs + ends)) if legs or ends else set()
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


def steady(path, rate):
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
    return verdicts(w.out)


def beyond(path, rate, top, before):
    """what one sender cannot send, two can"""
    paths = [path] if rate < top else [path, elsewhere(path)]
    w = Watch("beyond")
    senders = [Sender(p, min(rate, FASTEST) / len(paths), max(int(MINUTES * 6), 10)) for p in paths]
    packets, speed = (sum(x) for x in zip(*(s.sent() for s in senders)))
    w.caught_up()
    drops, seen = w.drops(), int(w.value("earshot_source_packets_total"))
    words = w.end()
    _, rows = verdicts(w.out)
    with open(w.out) as f:
        beats = [e for e in map(json.loads, f) if e["event"] == "heartbeat"]
    print("soak: at %d packets a second %d of %d were dropped (%d counted as read), %d rows" % (
        speed, drops, packets, seen, len(rows)))
    expect("what is missing was reported as dropped", abs(packets - seen - drops) <= packets * 0.001 + 10,
           (packets, seen, drops))
    if drops:
        expect("heartbeats tell of the drops", any(b["drops"] for b in beats))
        expect("it is said at the end", re.search(r"[1-9]\d* dropped", words), words)
    else:
        print("soak: this machine cannot send more than the watch takes")
    worse = only_weaker(before, rows)
    expect("verdicts only weaken", not worse, worse[:3])


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
            packets, CALLS + len(ALSO), top))
        mine = highest("earshot", watch_drops, path, top)
        peers = {"tcpdump": highest("tcpdump", tcpdump_drops, path, top)}
        if shutil.which("sngrep"):
            peers["sngrep"] = highest("sngrep", sngrep_drops, path, top)
        print("soak: earshot takes " + ", ".join("%.2f times what %s takes" % (mine / max(n, 1), who)
                                                 for who, n in peers.items()))
        expect("it takes something", mine > 0)
        before, rows = steady(path, mine * MARGIN)
        expect("calls of every kind were judged", len({c for legs, _, _, _ in rows for c in legs}) >= CALLS / 2, len(rows))
        beyond(path, mine * 2, top, before)
    finally:
        netns.end()
    print("soak: %d checks passed, %d failed, %d s" % (passed, failed, time.time() - began))
    if not failed:
        shutil.rmtree(WORK)
    sys.exit(failed > 0)


main()
