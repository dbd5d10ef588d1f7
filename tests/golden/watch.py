"""watch.py - a watch over sources that end, and over some that are made to.

usage: watch.py EARSHOT SAMPLES

Every sample is watched as streams and as copies that are appended to a folder: its firm
records say what audit says of the same files. Then what only a long run has: signals,
files that a crash cut, copies for monitors, a flood, one alert for many calls, and the door.
"""
import collections
import glob
import json
import os
import random
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import urllib.request

import copies_of
import edit

EARSHOT, SAMPLES = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
WORK = tempfile.mkdtemp(prefix="earshot-watch-")
passed = failed = 0


os.chmod(WORK, 0o777)  # started as root, a watch goes on as nobody


def expect(name, good, more=""):
    global passed, failed
    passed, failed = passed + bool(good), failed + (not good)
    if not good:
        print("watch: %s %s" % (name, str(more)[:1500]))


def run(*words, **more):
    return subprocess.run([EARSHOT] + list(words), stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120, **more)


def begin(*words, **more):
    return subprocess.Popen([EARSHOT, "watch"] + list(words), stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more)


def lines(data):
    return [json.loads(line) for line in data.splitlines()]


def of_kind(events, kind, state=None):
    return [e for e in events if e["event"] == kind and (state is None or e.get("state") == state)]


def judged(call):
    """what must be the same, whoever read the packets: not names, frames and places in files"""
    return (call["id"], call["kind"], call["label"], call["letter"], call["score"], call["score_range"],
            tuple((k, v["verdict"], v["grade"]) for k, v in sorted(call["conditions"].items())),
            tuple(sorted((f["rule"], f["scope"], f["outcome"], f["severity"]) for f in call["findings"])))


def scenes():
    for folder in sorted(glob.glob(os.path.join(SAMPLES, "*", ""))):
        files = sorted(glob.glob(folder + "*.pcap*"))
        more = []
        for name, option in (("network.json", "--inventory"), ("keys.log", "--keylog")):
            if os.path.exists(folder + name):
                more += [option, folder + name]
        if files:
            yield os.path.basename(folder[:-1]), files, more


def refused(name, says, *words):
    p = run("watch", *words)
    expect(name, p.returncode == 2 and says.encode() in p.stderr and not p.stdout, (p.returncode, p.stderr))


def usage():
    call = next(scenes())[1][0]
    p = run("watch", "--help")
    expect("help", p.returncode == 0 and b"--hep" in p.stdout and b"--baseline" not in p.stdout, p.stdout)
    refused("nothing to watch", "nothing to watch")
    refused("an option of audit alone", "is no option of `watch`", "--baseline", "x.json", call)
    refused("a report without a place", "-o FILE", "-f", "html", call)
    refused("an event that is none", "alert", "--events", "alarms", call)
    refused("a size that is none", "64M", "--memory", "much", call)
    refused("a receiver that is none", "tls:HOST", "--syslog", "smoke:signals", call)
    refused("a certificate without its key", "go together", "--syslog", "tls:localhost", "--syslog-cert", call, call)
    refused("a port that is none", "listen", "--metrics", "127.0.0.1:99999999", call)
    refused("a filter that does not compile", "udp and (", "--bpf", "udp and (", call)
    refused("a policy that is none", "e3ee", "--policy", "e3ee", call)
    refused("a state that is none", "begin anew", "--state", a_state("{]"), call)
    if os.geteuid() == 0:
        refused("a user that is none", "no such user", "--user", "nobody-at-all", call)
        refused("a user that is root", "root", "--user", "root", call)
    p = run("watch", "-i", "no-such-interface0")
    expect("an interface that is not there", p.returncode in (2, 3) and b"no-such-interface0" in p.stderr, p)
    p = run("watch", os.path.join(WORK, "no-such-file.pcap"))
    expect("a file that is not there", p.returncode == 3 and b"no-such-file" in p.stderr, p)
    with open(os.path.join(WORK, "cut.pcap"), "wb") as f:
        f.write(edit.sample(os.path.join(SAMPLES, "udp-rtp-direct"))[:-7])
    p = run("watch", "-q", os.path.join(WORK, "cut.pcap"))
    expect("a cut capture is judged, and told", p.returncode == 3 and of_kind(lines(p.stdout), "call", "firm"), p.returncode)
    p = run("watch", "-q", "-o", "/nowhere/at/all.ndjson", call)
    expect("a file that cannot be made", p.returncode == 5, (p.returncode, p.stderr))


def a_state(text):
    folder = tempfile.mkdtemp(dir=WORK)
    with open(os.path.join(folder, "state.json"), "w") as f:
        f.write(text)
    os.chmod(folder, 0o777)
    return folder


# ---- the same verdicts ----------------------------------------------------------------------------------------------
def same_as_audit():
    for name, files, more in scenes():
        wanted = run("audit", "-f", "ndjson", "--redact", "none", *more, *files)
        got = run("watch", "--redact", "none", "-q", *more, *files)
        expect(name + ": ends well", got.returncode == 0, got.stderr)
        a = sorted(map(judged, lines(wanted.stdout)))
        b = sorted(map(judged, of_kind(lines(got.stdout), "call", "firm")))
        expect(name + ": says what audit says", a == b and a, [x for x in a if x not in b] or b)


def records_before_firm():
    """A call that ended is told within seconds of capture time, and again, firm, under the next number."""
    data = edit.sample(os.path.join(SAMPLES, "udp-sdes-proxy"))
    fifo = os.path.join(WORK, "fifo")
    os.mkfifo(fifo)
    p = begin("-q", "--events", "call", fifo)
    with open(fifo, "wb", buffering=0) as f:
        f.write(data)
        time.sleep(1.5)
        f.write(later(data, 8))
        time.sleep(2)
        f.write(later(data, 16))
        time.sleep(2)
    out, err = p.communicate(timeout=30)
    calls = [e for e in lines(out) if e["kind"] == "call"]
    said = [(c["state"], c["revision"]) for c in calls]
    expect("when it first fails, when it ends, and firm", said == [("interim", 1), ("provisional", 2), ("firm", 3)],
           said or err)
    expect("nothing changed between them", calls and calls[-1]["changed"] == [], calls[-1:])
    expect("ids differ by record", len({c["event_id"] for c in calls}) == len(calls))


def later(data, seconds):
    """a packet of somebody else's so long after the last of a classic capture: time goes on"""
    last = max(struct.unpack_from("<I", data, at - 16)[0] for at, _ in edit.packets(data))
    frame = edit.udp(b"\n\1\1\1", b"\n\1\1\2", 9, 9, b"x", seconds)
    return struct.pack("<IIII", last + seconds, 0, len(frame), len(frame)) + frame


def a_folder_that_grows():
    data = edit.sample(os.path.join(SAMPLES, "udp-dtls-proxy"))
    whole = os.path.join(SAMPLES, "udp-dtls-proxy", "alice.pcap.gz")
    folder = os.path.join(WORK, "rotated")
    os.mkdir(folder)
    cuts = [m for m, _ in edit.packets(data)]
    third = [24] + [cuts[i] - 16 for i in (len(cuts) // 3, 2 * len(cuts) // 3)] + [len(data)]
    p = begin("--redact", "none", "-q", "--follow", "tap=" + folder)
    for i in range(3):
        with open(os.path.join(folder, "part%d.pcap" % i), "wb") as f:
            f.write(data[:24])
            f.flush()
            for at in range(third[i], third[i + 1], 50000):
                f.write(data[at:min(at + 50000, third[i + 1])])
                f.flush()
                time.sleep(0.05)
    time.sleep(2)
    p.terminate()
    out, err = p.communicate(timeout=60)
    wanted = sorted(map(judged, lines(run("audit", "-f", "ndjson", "--redact", "none", "tap=" + whole).stdout)))
    got = sorted(map(judged, of_kind(lines(out), "call", "firm")))
    expect("a folder into which captures are rotated", got == wanted and got,
           [(set(a[-1]) ^ set(b[-1]), a[:5], b[:5]) for a, b in zip(got, wanted)])


# ---- signals ------------------------------------------------------------------------------------------------------
def endless(seed=0):
    """a FIFO with a call that goes on, and whoever watches it"""
    data = edit.sample(os.path.join(SAMPLES, "udp-rtp-proxy"))
    fifo = os.path.join(WORK, "endless%d" % seed)
    os.mkfifo(fifo)
    return fifo, data


def ends_when_asked():
    fifo, data = endless(1)
    target = os.path.join(WORK, "ended.ndjson")
    p = begin("-o", target, "--heartbeat", "1", fifo)
    with open(fifo, "wb", buffering=0) as f:
        f.write(data[:24])
        half = [m for m, _ in edit.packets(data)]
        f.write(data[24:half[len(half) // 2] - 16])
        time.sleep(1.5)
        p.send_signal(signal.SIGHUP)
        os.rename(target, target + ".old")
        time.sleep(0.3)
        p.send_signal(signal.SIGHUP)
        time.sleep(0.5)
        began = time.time()
        p.terminate()
        out, err = p.communicate(timeout=20)
        took = time.time() - began
    events = lines(open(target, "rb").read())
    before = lines(open(target + ".old", "rb").read())
    calls = [e for e in of_kind(events, "call", "firm") if e["kind"] == "call"]
    expect("ends within two seconds", took < 2.0 and p.returncode == 0, (took, p.returncode, err))
    expect("an open call is judged and marked", calls and calls[0]["complete"] is False and calls[0]["cut_off"], events)
    expect("heartbeats are there", of_kind(before, "heartbeat") or of_kind(events, "heartbeat"))
    expect("files are opened anew", os.path.exists(target) and before)


def ends_at_once_when_asked_twice():
    fifo, data = endless(2)
    p = begin(fifo)
    with open(fifo, "wb", buffering=0) as f:
        f.write(data[:24])
        time.sleep(0.5)
        p.send_signal(signal.SIGSTOP)
        p.send_signal(signal.SIGINT)
        p.send_signal(signal.SIGTERM)
        p.send_signal(signal.SIGCONT)
        p.communicate(timeout=20)
    expect("a second signal ends it", p.returncode in (130, 143, 0), p.returncode)


def a_reader_that_goes_away():
    fifo, data = endless(3)
    p = begin("--heartbeat", "0.2", fifo)
    p.stdout.close()
    with open(fifo, "wb", buffering=0) as f:
        f.write(data)
        time.sleep(1)
        expect("a closed pipe is no end", p.poll() is None, p.returncode)
    p.wait(timeout=20)
    expect("it ends by itself", p.returncode in (0, 5), p.returncode)
    p.stderr.close()


def killed_at_random(times=12):
    """Every file is whole but for the last line of the lines, which the next start mends."""
    fifo, data = endless(4)
    target, report = os.path.join(WORK, "killed.ndjson"), os.path.join(WORK, "killed.json")
    state = os.path.join(WORK, "state")
    os.mkdir(state)
    os.chmod(state, 0o777)
    rng, whole, mended = random.Random(7), True, 0
    copy = os.path.join(WORK, "many.pcap")
    with open(copy, "wb") as f:
        f.write(data[:24] + data[24:] * 20)
    for i in range(times):
        p = begin("-f", "ndjson", "-f", "json", "--all-as", os.path.join(WORK, "killed"), "--every", "0.002", "--state",
                  state, "--heartbeat", "0.01", "-q", copy, fifo)
        time.sleep(rng.uniform(0.02, 0.5))
        p.kill()
        p.communicate(timeout=20)
        raw = open(target, "rb").read() if os.path.exists(target) else b""
        body = raw.split(b"\n")
        whole &= all(json.loads(x) for x in body[:-1])
        mended += body[-1] != b""
        for path in (report, os.path.join(state, "state.json")):
            if os.path.exists(path):
                json.load(open(path))
    p = run("watch", "-f", "ndjson", "--all-as", os.path.join(WORK, "killed"), "-q", copy)
    expect("the next start reads on", p.returncode == 0, p.stderr)
    expect("every line is whole after it", whole and lines(open(target, "rb").read()))
    left = [f for f in os.listdir(WORK) if "killed.json." in f and "earshot" in f]
    expect("few temporary files are left", len(left) <= times, left[:3])
    print("watch: killed %d times, %d last lines cut" % (times, mended))


# ---- a network ----------------------------------------------------------------------------------------------------
def free_port(kind=socket.SOCK_STREAM):
    with socket.socket(socket.AF_INET, kind) as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def copies_for_a_monitor():
    port = free_port(socket.SOCK_DGRAM)
    key = os.path.join(WORK, "hep.key")
    with open(key, "w") as f:
        f.write("canary-of-the-agent\n")
    p = begin("--redact", "none", "--hep", "127.0.0.1:%d" % port, "--hep-key", key, "-q")
    time.sleep(1)
    packets = list(copies_of.sip(os.path.join(SAMPLES, "udp-sdes-proxy")))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        for packet in packets:
            s.sendto(packet, ("127.0.0.1", port))
            time.sleep(0.01)
    with socket.create_connection(("127.0.0.1", port)) as s:
        s.sendall(packets[0].replace(b"canary-of-the-agent", b"canary-of-the-enemy"))
        time.sleep(0.2)
    time.sleep(0.5)
    p.terminate()
    out, err = p.communicate(timeout=20)
    calls = [e for e in of_kind(lines(out), "call", "firm") if e["kind"] in ("call", "attempt")]
    rules = {f["rule"] for c in calls for f in c["findings"] if f["outcome"] == "violated"}
    expect("a listener for copies finds the call", calls, err)
    expect("a key in a copy is a finding", "KEY-004" in rules, rules)
    expect("no secret comes out", b"canary" not in out)


def metrics_while_it_runs():
    fifo, data = endless(5)
    port = free_port()
    p = begin("--metrics", str(port), "-o", os.path.join(WORK, "m.ndjson"), "-q", fifo)
    with open(fifo, "wb", buffering=0) as f:
        f.write(data)
        f.write(later(data, 400))
        time.sleep(2.5)
        base = "http://127.0.0.1:%d" % port
        text = urllib.request.urlopen(base + "/metrics", timeout=5).read().decode()
        page = urllib.request.urlopen(base + "/", timeout=5).read().decode()
        health = urllib.request.urlopen(base + "/health", timeout=5).status
    p.communicate(timeout=20)
    expect("metrics count the call", re.search(r'^earshot_\w*calls\w*\{[^}]*EXPOSED[^}]*\} 1$', text, re.M), text[:3000])
    expect("a page for people", "EXPOSED" in page and "<script" not in page, page[:300])
    expect("it says that it is well", health == 200)


def reports_over_windows():
    """a report is written again and again; when its time is over the next begins, and it stays beside it"""
    fifo, data = endless(6)
    base = os.path.join(WORK, "window")
    p = begin("-f", "json", "-f", "html", "-f", "ndjson", "--all-as", base, "--every", "0.005", "--window", "0.0008", "-q", fifo)
    with open(fifo, "wb", buffering=0) as f:
        f.write(data + later(data, 200))
        for _ in range(400):
            time.sleep(0.1)
            if os.path.exists(base + ".json.2") and os.path.exists(base + ".html.2"):
                break
    p.communicate(timeout=30)
    reports = [json.load(open(path)) for path in glob.glob(base + ".json*")]
    run_id = lines(open(base + ".ndjson", "rb").read())[0]["run"]
    counts = [len(r["calls"]) for r in reports]
    expect("a report a window", len(reports) >= 3 and max(counts) > 0 and min(counts) == 0, counts)
    expect("the counts are of the window", sum(r["summary"]["seen"]["sip_messages"] for r in reports) ==
           max(r["summary"]["seen"]["sip_messages"] for r in reports) > 0)
    expect("all of one run", {r["run"] for r in reports} == {run_id}, run_id)
    expect("pages too", open(base + ".html.1").read().startswith("<!DOCTYPE html>"))


def many_calls_one_alert(n=300):
    """n calls of many telephones through one misconfigured box are one alert with a count"""
    made, network = os.path.join(WORK, "many-calls.pcap"), os.path.join(WORK, "network.json")
    with open(made, "wb") as f:
        f.write(copies_of.calls(n, phones=max(n // 2, 2)))
    with open(network, "w") as f:
        json.dump({"schema": "earshot.inventory/1", "entries": [{"address": "10.5.0.2", "role": "sbc", "name": "sbc-1"}]}, f)
    p = run("watch", "-q", "--events", "alert,call", "--inventory", network, made)
    events = lines(p.stdout)
    alerts = of_kind(events, "alert")
    opened = collections.Counter(a["rule"] for a in alerts if a["state"] == "opened")
    firm = of_kind(events, "call", "firm")
    expect("all calls are judged", len(firm) == n, len(firm))
    expect("one alert a rule, not one a call", opened and max(opened.values()) == 1, opened)
    expect("few alerts in all", len(alerts) < 12, [(a["rule"], a["state"]) for a in alerts])


def members(value):
    """every name in an event, but for what stands in records of calls, which have their schema"""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield name
            yield from members(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from members(inner)


def every_member_is_written_down():
    with open(os.path.join(os.path.dirname(SAMPLES), "docs", "events.md")) as f:
        words = set(re.findall(r"`([a-z_]+)`", f.read()))
    seen = set()
    for name, files, more in scenes():
        events = lines(run("watch", "-q", "--heartbeat", "0.001", "--events",
                           "finding,alert,change,posture,visibility,heartbeat", *more, *files).stdout)
        seen |= {m for e in events for m in members(e)}
        seen |= {e[k] for e in of_kind(events, "visibility") for k in ("state", "reason")}
        seen |= {e["state"] for e in of_kind(events, "alert")}
    expect("every member of an event, and every state, is in docs/events.md", seen and not seen - words - {"packets_since", "drops_since"},
           sorted(seen - words))


def main():
    only = os.environ.get("ONLY")
    if only:
        for name in only.split(","):
            globals()[name]()
        print("watch: %d checks passed, %d failed" % (passed, failed))
        sys.exit(failed > 0)
    usage()
    same_as_audit()
    every_member_is_written_down()
    records_before_firm()
    a_folder_that_grows()
    ends_when_asked()
    ends_at_once_when_asked_twice()
    a_reader_that_goes_away()
    copies_for_a_monitor()
    metrics_while_it_runs()
    reports_over_windows()
    many_calls_one_alert(int(os.environ.get("CALLS", "300")))
    killed_at_random(int(os.environ.get("KILLS", "12")))
    shutil.rmtree(WORK)
    print("watch: %d checks passed, %d failed" % (passed, failed))
    sys.exit(failed > 0)


main()
