"""replay.py - what a watch says of captures replayed inside mirror encapsulations is what audit says of them bare.

usage: replay.py EARSHOT TRAFFIC WORK SAMPLES [MORE]

Each capture of a scene goes, frame by frame, through every wrapping of encap.py and over a cable of its own in
the time it was recorded in; a watch listens at the other ends. Many run at once, since that takes time and little
work; what differs is run again among fewer, since a machine that is busy loses packets and keeps no time. MORE
is a folder with further scenes, used where it is there. Environment: SCENES (names, or "all"), WRAPS (names),
AT_ONCE. Skips, and says so, where one cannot have namespaces or tcpreplay.
"""
import glob
import json
import os
import shutil
import subprocess
import sys
import time

import encap
import netns

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "golden"))
import same  # noqa: E402

EARSHOT, TRAFFIC, WORK = (os.path.abspath(p) for p in sys.argv[1:4])
FOLDERS = sys.argv[4:]
# Short ones: fragments, IPv6, a box that ends DTLS, ZRTP and DTLS from end to end, TLS opened and not.
CHOSEN = ("fragmented-invite", "udp-rtp-ipv6", "udp-dtls-sbc", "zrtp-direct", "tls-dtls-direct", "tls13-keylog")
AT_ONCE = int(os.environ.get("AT_ONCE", 20 * (os.cpu_count() or 1)))
SETTLE_S = 1.0


class Scene:
    """captures by label, what is known beside them, and what audit says of them"""

    def __init__(self, name, files, more=()):
        self.name, self.more = name, list(more)
        self.files = dict(files)
        self.packets = {label: encap.frames(path) for label, path in self.files.items()}
        stamps = [p[0][0] for p in self.packets.values() if p]
        ends = [p[-1][0] for p in self.packets.values() if p]
        self.first, self.last = (min(stamps), max(ends)) if stamps else (0, 0)
        path = os.path.join(WORK, name + ".network.json")
        with open(path, "w") as f:
            json.dump({"schema": "earshot.inventory/1", "entries": [],
                       "taps": [{"label": x, "place": "access"} for x in self.files if x != "core"]}, f)
        self.options = ["--redact", "none", "--inventory", path] + self.more

    def usable(self):
        return bool(self.packets) and all(self.packets.values())

    def audited(self):
        p = subprocess.run([EARSHOT, "audit", "-f", "ndjson"] + self.options +
                           ["%s=%s" % x for x in self.files.items()], stdout=subprocess.PIPE, timeout=120)
        return [json.loads(line) for line in p.stdout.splitlines()]


def scene_of(folder):
    files = {os.path.basename(p).split(".pcap")[0]: p for p in sorted(glob.glob(os.path.join(folder, "*.pcap*")))}
    more = []
    for option, pattern in (("--keylog", "*.keylog"), ("--tls-key", "*.key")):
        more += [w for p in sorted(glob.glob(os.path.join(folder, pattern))) for w in (option, p)]
    files.pop("any", None)  # of one host's all interfaces, which is no frame of Ethernet
    return Scene(os.path.basename(folder), files, more)


def bench():
    path = os.path.join(WORK, "bench.pcap")
    with open(path, "wb") as f:
        subprocess.run([TRAFFIC, "12", "8", "3", "5"], stdout=f, check=True)
    return Scene("bench", {"trunk": path})


def scenes():
    wanted, names = os.environ.get("SCENES", "").split(",") if os.environ.get("SCENES") else CHOSEN, set()
    for root in FOLDERS:
        for folder in sorted(glob.glob(os.path.join(root, "*", ""))):
            name = os.path.basename(folder[:-1])
            if name in names or not ("all" in wanted or name in wanted):
                continue
            scene = scene_of(folder[:-1])
            if scene.usable():
                names.add(name)
                yield scene
    yield bench()


# ---- one watch ----------------------------------------------------------------------------------------------------
class Run:
    """a scene in a wrapping: two captures have one player, so that their packets come in their order"""

    def __init__(self, scene, wrap, number):
        self.scene, self.wrap = scene, wrap
        self.cables = {label: ("s%d.%d" % (number, i), "m%d.%d" % (number, i))
                       for i, label in enumerate(scene.files)}
        self.out = os.path.join(WORK, "%s.%s" % (scene.name, wrap))
        labels = list(scene.files)
        self.players = [self.player(pair) for pair in (labels[i:i + 2] for i in range(0, len(labels), 2))]

    def player(self, labels):
        """the words that play these captures"""
        path = "%s.%s.pcap" % (self.out, labels[0])
        # A frame of nobody's begins each, so that all begin at the time of the scene.
        all_packets = [(self.scene.first, 0, encap.ether(0x88B5, b"\0" * 46))]
        for side, label in enumerate(labels):
            all_packets += [(stamp, side, encap.WRAPS[self.wrap](frame, n))
                            for n, (stamp, frame) in enumerate(self.scene.packets[label])]
        all_packets.sort(key=lambda p: p[0])
        encap.write(path, [(stamp, frame) for stamp, _, frame in all_packets])
        words = ["tcpreplay", "--timer=nano", "-q", "-i", self.cables[labels[0]][0]]
        if len(labels) == 2:
            encap.write_sides(path + ".sides", [side for _, side, _ in all_packets])
            words += ["-I", self.cables[labels[1]][0], "-c", path + ".sides"]
        return words + [path]

    def listen(self):
        words = [EARSHOT, "watch", "-B", "2M", "--events", "call"] + self.scene.options
        for label, (_, port) in self.cables.items():
            words += ["-i", "%s=%s" % (label, port)]
        self.lines, self.errors = open(self.out + ".ndjson", "wb"), open(self.out + ".err", "wb")
        self.watch = netns.begin(*words, stdout=self.lines, stderr=self.errors)

    def play(self):
        return [netns.begin(*words, stdout=subprocess.DEVNULL, stderr=self.errors) for words in self.players]

    def told(self):
        with open(self.out + ".ndjson") as f:
            return [e for e in map(json.loads, f) if e["event"] == "call" and e["state"] == "firm"]


# Captures beyond the second have players of their own, which begin when the machine lets them: clocks that differ by
# more than a quarter of a second are then a fact of the replay.
MOVED = {"OBS-005"}


def in_order(calls):
    """a label may be none"""
    return sorted((same.verdict(c, MOVED) for c in calls), key=repr)


def difference(wanted, got):
    """in few words"""
    a, b = [x for x in wanted if x not in got], [x for x in got if x not in wanted]
    if len(a) == len(b) == 1:
        return ["%s against %s" % (x, y) for x, y in zip(a[0][:5], b[0][:5]) if x != y] + sorted(
            set(a[0][5]) ^ set(b[0][5]))[:6]
    return [x[:5] for x in a[:3]] + ["against"] + [x[:5] for x in b[:3]]


# ---- many at once -------------------------------------------------------------------------------------------------
def ready(runs):
    """Every port has a listener: a packet socket a port."""
    wanted = sum(len(r.cables) for r in runs)
    for _ in range(600):
        with open("/proc/net/packet") as f:
            if len(f.readlines()) - 1 >= wanted:
                return True
        if any(r.watch.poll() is not None for r in runs):
            break
        time.sleep(0.1)
    return False


def play(runs):
    netns.cables([c for r in runs for c in r.cables.values()])
    for r in runs:
        r.listen()
    if not ready(runs):
        raise SystemExit("replay: the watches did not come up: %s" % [open(r.out + ".err").read() for r in runs][:3])
    players = [p for r in runs for p in r.play()]
    for p in players:
        if p.wait(timeout=120):
            raise SystemExit("replay: tcpreplay ended with %d: %s" % (p.returncode, p.args))
    time.sleep(SETTLE_S)
    for r in runs:
        r.watch.terminate()
    for r in runs:
        r.watch.wait(timeout=60)
    netns.cut([c for r in runs for c in r.cables.values()])


def rounds(runs, wanted, at_once):
    """those of which something else was said than is wanted"""
    for i in range(0, len(runs), at_once):
        play(runs[i:i + at_once])
    return [r for r in runs if in_order(r.told()) != wanted[r.scene.name]]


def show(r, wanted):
    print("replay: %s in %s: %s" % (r.scene.name, r.wrap, difference(wanted, in_order(r.told()))))
    print("".join("  " + line for line in open(r.out + ".err")).rstrip())


def main():
    netns.enter("replay", "tcpreplay")
    began = time.time()
    shutil.rmtree(WORK, ignore_errors=True)
    os.makedirs(WORK)
    chosen = os.environ.get("WRAPS")
    wraps = chosen.split(",") if chosen else list(encap.WRAPS)
    all_scenes = list(scenes())
    runs = [Run(s, w, i) for i, (s, w) in enumerate((s, w) for s in all_scenes for w in wraps)]
    wanted = {s.name: in_order(s.audited()) for s in all_scenes}
    try:
        odd = rounds(runs, wanted, AT_ONCE)
        again = len(odd)
        odd = rounds(odd, wanted, max(AT_ONCE // 5, 1))
    finally:
        netns.end()
    for r in odd:
        show(r, wanted[r.scene.name])
    good = not odd and bool(runs) and all(wanted.values())
    print("replay: %d scenes in %d wrappings, %d rows: %d of %d alike, %d of them at the second try, %d s: %s" % (
        len(all_scenes), len(wraps), sum(len(w) for w in wanted.values()), len(runs) - len(odd), len(runs),
        again - len(odd), time.time() - began, "passed" if good else "FAILED"))
    if good:
        shutil.rmtree(WORK)
    sys.exit(not good)


main()
