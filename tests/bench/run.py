"""run.py - CPU, wall time and memory of earshot as ratios to a bare libpcap loop, in one run.

usage: run.py BUILD WORK [--quick]

Everything is run in turn, ROUNDS times, and medians are printed. Only ratios
within one table mean anything: the machine may be shared. Sets are made by
tests/bench/traffic and removed at the end.
"""
import os
import shutil
import statistics
import subprocess
import sys
import time

BUILD, WORK = sys.argv[1], sys.argv[2]
QUICK = "--quick" in sys.argv or bool(os.environ.get("QUICK"))
ROUNDS = 1 if QUICK else 3
EARSHOT, TRAFFIC, LOOP = (os.path.join(BUILD, p) for p in ("earshot", "tests/bench/traffic", "tests/bench/loop"))
SCALE = 20 if QUICK else 1
REFERENCE, WITH, WITHOUT, HASH = ("bare pcap_loop", "earshot, hash, three reports",
                                  "earshot --no-hash, three reports", "sha256 alone (openssl)")


def run(cmd, limit=900):
    """user + system seconds, wall seconds, peak MiB; None when it failed or took too long.

    A peak below this script's own (about 12 MiB) cannot be told from it: a child begins with it.
    """
    t0 = time.monotonic()
    p = subprocess.Popen(cmd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while True:
        pid, status, use = os.wait4(p.pid, os.WNOHANG)
        if pid:
            break
        if time.monotonic() - t0 > limit:
            p.kill()
            os.wait4(p.pid, 0)
            return None
        time.sleep(0.002)
    code = os.waitstatus_to_exitcode(status)
    if code not in (0, 1, 4):
        print("  failed with %d: %s" % (code, " ".join(cmd)))
        return None
    return use.ru_utime + use.ru_stime, time.monotonic() - t0, use.ru_maxrss / 1024


def medians(commands):
    samples = {name: [] for name in commands}
    for _ in range(ROUNDS):
        for name, cmd in commands.items():
            got = run(cmd)
            if got:
                samples[name].append(got)
    return {n: tuple(statistics.median(x) for x in zip(*s)) for n, s in samples.items() if s}


def table(title, rows, reference, per=None):
    print("\n" + title)
    print("  %-34s %9s %9s %9s %9s" % ("", "CPU s", "x loop", "wall s", "peak MiB"))
    for name, (cpu, wall, rss) in rows.items():
        more = "  %8.2f us a call" % (cpu * 1e6 / per) if per else ""
        print("  %-34s %9.2f %9.2f %9.2f %9.1f%s" % (name, cpu, cpu / rows[reference][0], wall, rss, more))


def make(name, calls, alive, talk, false=0):
    path = os.path.join(WORK, name + ".pcap")
    with open(path, "wb") as f:
        subprocess.run([TRAFFIC, str(max(calls // SCALE, 10)), str(max(alive // SCALE, 5)), str(talk), "7", str(false)],
                       stdout=f, check=True)
    return path


def audits(path):
    out = os.path.join(WORK, "report")
    report = ["-f", "json", "-f", "text", "-f", "html", "--all-as", out]
    commands = {
        REFERENCE: [LOOP, path],
        WITH: [EARSHOT, "audit"] + report + [path],
        WITHOUT: [EARSHOT, "audit", "--no-hash"] + report + [path],
    }
    if shutil.which("openssl"):
        commands[HASH] = ["openssl", "dgst", "-sha256", path]
    return commands


def peers(path):
    found = {}
    if shutil.which("tshark"):
        found["tshark -q -z rtp,streams"] = ["tshark", "-n", "-q", "-z", "rtp,streams", "-r", path]
    if shutil.which("sngrep"):
        found["sngrep -N -q -r"] = ["sngrep", "-l", "300000", "-r", "-N", "-q", "-I", path]
    return found


def main():
    os.makedirs(WORK, exist_ok=True)
    loop = REFERENCE
    media = make("media", 3400, 2000, 30)
    rows = medians(audits(media))
    table("media-heavy: about 2,000 calls at once, %d MiB" % (os.path.getsize(media) >> 20), rows, loop)
    print("  with hash %.2f x (bar 2.5), without %.2f x (bar 0.9), the hash itself %.2f s: %.2f x"
          % (rows[WITH][0] / rows[loop][0], rows[WITHOUT][0] / rows[loop][0],
             rows[WITH][0] - rows[WITHOUT][0], (rows[WITH][0] - rows[WITHOUT][0]) / rows[loop][0]))
    os.unlink(media)
    false = make("false", 1700, 1000, 30, 60)
    rows = medians({loop: [LOOP, false], "earshot, json, no hash": [EARSHOT, "audit", "--no-hash", "-f", "json", "-o",
                                                                    "/dev/null", false]})
    table("the same, of a hundred calls 60 with keys that fit nothing and packets that strangers share", rows, loop)
    os.unlink(false)
    small, large = make("flat1", 340, 200, 30), make("flat10", 3400, 200, 30)
    one = medians({"short": [EARSHOT, "audit", "-f", "json", "-o", "/dev/null", small]})
    ten = medians({"long": [EARSHOT, "audit", "-f", "json", "-o", "/dev/null", large]})
    print("\nmemory, 200 calls at once: %.1f MiB, ten times the file %.1f MiB: %.2f x (bar 1.1)"
          % (one["short"][2], ten["long"][2], ten["long"][2] / one["short"][2]))
    os.unlink(large)
    per = {}
    for name, calls in (("10k", 10000), ("200k", 200000)):
        path = make("sig" + name, calls, calls // 20, 0)
        rows = medians({loop: [LOOP, path], "earshot, json": [EARSHOT, "audit", "-f", "json", "-o", "/dev/null", path]})
        n = max(calls // SCALE, 10)
        table("signaling only, %s calls" % name, rows, loop, n)
        per[name] = rows["earshot, json"][0] / n
        os.unlink(path)
    print("  per call, 200k against 10k: %.2f x (bar 1.25)" % (per["200k"] / per["10k"]))
    commands = {loop: [LOOP, small], "earshot, text": [EARSHOT, "audit", "-o", "/dev/null", small]}
    commands.update(peers(small))
    table("peers: 200 calls at once, %d MiB" % (os.path.getsize(small) >> 20), medians(commands), loop)
    if len(commands) == 2:
        print("  (neither tshark nor sngrep is installed)")
    shutil.rmtree(WORK)


main()
