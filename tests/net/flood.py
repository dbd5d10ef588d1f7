"""flood.py - a flood of unique Call-IDs around calls with media: those are judged as without it, in bounded memory.

usage: flood.py EARSHOT TRAFFIC FLOOD WORK

The flood is of INVITEs that nobody answers, from many senders. It is fed through a watch as a capture, and once
more over a cable with tcpreplay, where that can be had. Environment: N (Call-IDs of the flood, 100000), CALLS
(20), MEMORY (256M), RATE (of the replay, packets a second at first, 10000).
"""
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request

import netns

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "golden"))
import same  # noqa: E402

EARSHOT, TRAFFIC, FLOOD, WORK = (os.path.abspath(p) for p in sys.argv[1:5])
N, CALLS = int(os.environ.get("N", "100000")), int(os.environ.get("CALLS", "20"))
MEMORY, RATE = os.environ.get("MEMORY", "256M"), int(os.environ.get("RATE", "10000"))
PARTS = 4  # the smaller flood, for time and memory to be compared with
passed = failed = 0


def expect(name, good, more=""):
    global passed, failed
    passed, failed = passed + bool(good), failed + (not good)
    if not good:
        print("flood: %s %s" % (name, str(more)[:800]))


def octets(text):
    return int(text[:-1]) << {"K": 10, "M": 20, "G": 30}[text[-1]]


# ---- captures -----------------------------------------------------------------------------------------------------
def captures():
    """the calls alone, with a small flood, with all of it"""
    paths = [os.path.join(WORK, name) for name in ("calls.pcap", "small.pcap", "flood.pcap")]
    with open(paths[0], "wb") as f:
        subprocess.run([TRAFFIC, str(CALLS), str(CALLS), "8", "3"], stdout=f, check=True)
    for path, n in zip(paths[1:], (N // PARTS, N)):
        with open(paths[0], "rb") as calls, open(path, "wb") as f:
            subprocess.run([FLOOD, str(n)], stdin=calls, stdout=f, check=True)
    return paths


def judged(c):
    """what must not depend on the flood; ids depend on when a packet came"""
    return (c["legs"][0]["call_id"] if c["legs"] else c["id"],) + same.verdict(c)


def audited(path):
    p = subprocess.run([EARSHOT, "audit", "-f", "ndjson", "--redact", "none", path], stdout=subprocess.PIPE, timeout=120)
    return sorted(judged(c) for c in map(json.loads, p.stdout.splitlines()) if c["kind"] == "call")


# ---- a watch ------------------------------------------------------------------------------------------------------
class Watch:
    def __init__(self, name, *source, **more):
        self.out = os.path.join(WORK, name + ".ndjson")
        if os.path.exists(self.out):
            os.unlink(self.out)
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            self.port = s.getsockname()[1]
        self.errors = open(os.path.join(WORK, name + ".err"), "wb")
        self.p = netns.begin(EARSHOT, "watch", "--memory", MEMORY, "--redact", "none", "--events", "call,heartbeat",
                             "--heartbeat", "1", "--metrics", str(self.port), "-o", self.out, *source,
                             stderr=self.errors, **more)

    def peak(self):
        """VmHWM, in octets"""
        with open("/proc/%d/status" % self.p.pid) as f:
            return int(re.search(r"VmHWM:\s+(\d+)", f.read()).group(1)) << 10

    def cpu(self):
        """of itself and of the copies that ended"""
        with open("/proc/%d/stat" % self.p.pid) as f:
            return sum(map(int, f.read().rsplit(")", 1)[1].split()[11:15])) / os.sysconf("SC_CLK_TCK")

    def metrics(self):
        with urllib.request.urlopen("http://127.0.0.1:%d/metrics" % self.port, timeout=10) as r:
            return r.read().decode()

    def value(self, pattern):
        found = re.findall(r"^%s (\S+)$" % pattern, self.metrics(), re.M)
        return sum(map(float, found))

    def told(self):
        """calls that are firm; attempts; what was lost"""
        calls, attempts = [], 0
        with open(self.out) as f:
            for e in map(json.loads, f):
                if e["event"] == "call" and e["state"] == "firm":
                    attempts += e["kind"] == "attempt"
                    if e["kind"] == "call":
                        calls.append(judged(e))
        return sorted(calls), attempts

    def end(self):
        """a stream ends by itself"""
        if self.p.stdin:
            self.p.stdin.close()
        else:
            self.p.send_signal(signal.SIGTERM)
        self.p.wait(timeout=60)


def settled(w):
    """all that was sent has been read: the counter of packets stands"""
    before = -1
    for _ in range(600):
        now = w.value(r"earshot_source_packets_total\{[^}]*\}")
        if now == before and now:
            return now
        before = now
        time.sleep(1.2)
    raise SystemExit("flood: the watch does not come to rest")


def known(name, w, wanted):
    resident, cap = w.value("earshot_resident_memory_bytes"), octets(MEMORY)
    peak, cpu = w.peak(), w.cpu()
    limits = dict(re.findall(r'^earshot_limit_hits_total\{reason="(\w+)"\} (\d+)$', w.metrics(), re.M))
    w.end()
    calls, attempts = w.told()
    expect(name + ": memory stays under the cap", resident < cap and peak < cap, (peak >> 20, resident))
    expect(name + ": all calls are judged as without it", calls == wanted and len(calls) == CALLS,
           [x for x in wanted if x not in calls][:1] or len(calls))
    print("flood: %-9s %8d Call-IDs: %5.1f s of CPU, %3d MiB at most of %s, %d attempts have a record, %s" % (
        name, N if name != "a quarter" else N // PARTS, cpu, peak >> 20, MEMORY, attempts,
        ", ".join("%s %s" % x for x in sorted(limits.items()) if x[1] != "0")))
    return cpu, peak, limits


def fed(name, path, wanted):
    """The end of the stream stays open, so that the watch can be asked before it ends."""
    w = Watch(name.replace(" ", "-"), "-", stdin=subprocess.PIPE)
    copying = threading.Thread(target=lambda: shutil.copyfileobj(open(path, "rb"), w.p.stdin, 1 << 20))
    copying.start()
    copying.join()
    w.p.stdin.flush()
    settled(w)
    return known(name, w, wanted)


def as_captures(paths, wanted):
    small, peak, _ = fed("a quarter", paths[1], wanted)
    large, more, limits = fed("the flood", paths[2], wanted)
    expect("caps that were hit are counted", N < 50000 or int(limits.get("attempts_forgotten", 0)) > N // 2, limits)
    expect("time grows as the flood does", large < 2 * PARTS * small + 1, (small, large))
    expect("memory does not", more < peak + (octets(MEMORY) >> 2), (peak >> 20, more >> 20))


def replay(path, rate):
    """drops, and what the watch that saw them knows"""
    w = Watch("cable", "-i", "fm")
    while open("/proc/net/packet").read().count("\n") < 2:
        time.sleep(0.1)
    player = subprocess.run(["tcpreplay", "-q", "--pps=%d" % rate, "-i", "fs", path], stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT)
    expect("it could be replayed", player.returncode == 0, player.stdout)
    packets = settled(w)
    return w, int(packets), int(w.value(r"earshot_source_drops_total\{[^}]*\}"))


def over_a_cable(path, wanted):
    """at a rate without drops, which a machine with much else to do finds lower"""
    netns.cables([("fs", "fm")])
    for rate in (RATE, RATE // 2, RATE // 4):
        w, packets, drops = replay(path, rate)
        print("flood: over the cable %d packets, %d a second, %d dropped" % (packets, rate, drops))
        if not drops:
            break
        w.end()
    expect("cable: nothing was dropped", drops == 0, drops)
    if not drops:
        known("a cable", w, wanted)


def main():
    live = shutil.which("tcpreplay")
    if live and os.geteuid() == 0:
        netns.enter("flood", "tcpreplay")
    began = time.time()
    shutil.rmtree(WORK, ignore_errors=True)
    os.makedirs(WORK)
    os.chmod(WORK, 0o777)
    try:
        paths = captures()
        wanted = audited(paths[0])
        as_captures(paths, wanted)
        if os.environ.get(netns.INSIDE):
            over_a_cable(paths[2], wanted)
        else:
            print("flood: no cable: it needs root and tcpreplay")
    finally:
        netns.end()
    print("flood: %d checks passed, %d failed, %d s" % (passed, failed, time.time() - began))
    if not failed:
        shutil.rmtree(WORK)
    sys.exit(failed > 0)


main()
