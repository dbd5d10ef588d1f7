"""rsyslog.py - events sent to a real rsyslog over TLS and TCP, and read back from what it wrote.

usage: rsyslog.py SEND_EVENTS [EARSHOT]

A receiver of its own is started on loopback, killed in the middle and started again. Structured data is
read back as JSON (mmpstrucdata): every id must be there while the queue lasts, and where it is
smaller than the outage exactly as many are missing as are counted lost. Strings that do harm come
back as what they were made into, and end no message.
Without rsyslogd, its TLS module or openssl nothing is tried, which is said.
"""
import glob
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unicodedata

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "golden"))
import copies_of  # noqa: E402
import hostile  # noqa: E402

SEND = os.path.abspath(sys.argv[1])
EARSHOT = os.path.abspath(sys.argv[2]) if len(sys.argv) > 2 else None
VALUE = 256
RSYSLOGD = shutil.which("rsyslogd", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
passed = failed = 0


def expect(name, good, more=""):
    global passed, failed
    passed, failed = passed + bool(good), failed + (not good)
    if not good:
        print("rsyslog: %s %s" % (name, more))


def has_module(name):
    return any(glob.glob(os.path.join(d, name + ".so")) for d in ("/usr/lib/*/rsyslog", "/usr/lib/rsyslog", "/usr/lib64/rsyslog"))


def missing_parts():
    parts = [] if RSYSLOGD else ["rsyslogd"]
    parts += [m for m in ("lmnsd_gtls", "mmpstrucdata", "imtcp") if not has_module(m)]
    return parts + ([] if shutil.which("openssl") else ["openssl"])


# ---- a receiver ------------------------------------------------------------------------------

def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def certificates(folder):
    """an authority, and a certificate of it for 127.0.0.1"""
    def ssl(*args):
        subprocess.run(["openssl"] + list(args), cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    ssl("req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=authority")
    ssl("req", *key, "-keyout", "key.pem", "-out", "req.pem", "-subj", "/CN=receiver")
    with open(os.path.join(folder, "san"), "w") as f:
        f.write("subjectAltName=IP:127.0.0.1\n")
    ssl("x509", "-req", "-in", "req.pem", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-out", "cert.pem", "-days", "2", "-extfile", "san")


CONFIG = """
global(workDirectory="%(folder)s" maxMessageSize="64k"
       defaultNetstreamDriverCAFile="%(folder)s/ca.pem"
       defaultNetstreamDriverCertFile="%(folder)s/cert.pem"
       defaultNetstreamDriverKeyFile="%(folder)s/key.pem")
module(load="imtcp" %(driver)s)
module(load="mmpstrucdata")
template(name="line" type="list") {
  constant(value="{\\"sd\\":") property(name="$!rfc5424-sd")
  constant(value=",\\"pri\\":\\"") property(name="pri")
  constant(value="\\",\\"time\\":\\"") property(name="timereported" dateformat="rfc3339")
  constant(value="\\",\\"host\\":\\"") property(name="hostname" format="json")
  constant(value="\\",\\"app\\":\\"") property(name="app-name" format="json")
  constant(value="\\",\\"msgid\\":\\"") property(name="msgid" format="json")
  constant(value="\\",\\"msg\\":\\"") property(name="msg" format="json")
  constant(value="\\"}\\n")
}
ruleset(name="keep") {
  action(type="mmpstrucdata")
  action(type="omfile" file="%(folder)s/got.%(turn)d" template="line")
}
input(type="imtcp" address="127.0.0.1" port="%(port)d" ruleset="keep")
"""
TLS = 'streamDriver.name="gtls" streamDriver.mode="1" streamDriver.authMode="anon"'


class Receiver:
    def __init__(self, folder, carrier):
        self.folder, self.carrier, self.port, self.turn, self.process = folder, carrier, free_port(), 0, None

    def start(self):
        """each time with a file of its own: a kill may have cut the last line of the one before"""
        self.turn += 1
        with open(os.path.join(self.folder, "conf"), "w") as f:
            f.write(CONFIG % {"folder": self.folder, "port": self.port, "turn": self.turn, "driver": TLS if self.carrier == "tls" else ""})
        with open(os.path.join(self.folder, "log"), "a") as log:
            self.process = subprocess.Popen([RSYSLOGD, "-n", "-f", os.path.join(self.folder, "conf"), "-i", os.path.join(self.folder, "pid")],
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        # A busy machine takes its time.
        for _ in range(1000):
            with socket.socket() as s:
                if s.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.03)
        raise SystemExit("rsyslog: the receiver did not start: " + open(os.path.join(self.folder, "log")).read())

    def kill(self):
        if self.process:
            self.process.kill()
            self.process.wait()
        if os.path.exists(os.path.join(self.folder, "pid")):
            os.unlink(os.path.join(self.folder, "pid"))
        self.process = None

    def got(self):
        all_of_them = []
        for path in sorted(glob.glob(os.path.join(self.folder, "got.*"))):
            with open(path, "rb") as f:
                all_of_them += [json.loads(line) for line in f.read().split(b"\n")[:-1]]
        return all_of_them

    def ids(self):
        return [data(m)["id"] for m in self.got()]

    def wait(self, wanted, seconds=30):
        end = time.time() + seconds
        while time.time() < end and not wanted <= set(self.ids()):
            time.sleep(0.05)


def data(message):
    return message["sd"]["earshot@32473"]


class Sender:
    def __init__(self, receiver, carrier, queue):
        self.process = subprocess.Popen([SEND, "%s:127.0.0.1:%d" % (carrier, receiver.port), str(queue), os.path.join(receiver.folder, "ca.pem")],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def give(self, events):
        self.process.stdin.write(b"".join(json.dumps(e).encode() + b"\n" for e in events))
        self.process.stdin.flush()

    def counters(self):
        self.process.stdin.write(b"\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def wait_down(self):
        for _ in range(200):
            if not self.counters()["up"]:
                return
            time.sleep(0.02)

    def end(self):
        self.process.stdin.close()
        counters = json.loads(self.process.stdout.readline())
        self.process.stdout.close()
        expect("the sender ends well", self.process.wait(timeout=10) == 0)
        return counters


def event(i, **more):
    return {"run": "r1", "event": "alert", "event_id": "%032x" % i, "time": "2026-01-02T03:04:05.678901234Z", "severity": "high",
            "message": "Number %d" % i, "rule": "MED-001", "problem": "p%d" % (i % 7), "state": "opened", "count": i, **more}


def events(first, last):
    return [event(i) for i in range(first, last)]


def ids(first, last):
    return {"%032x" % i for i in range(first, last)}


# ---- what is tried ---------------------------------------------------------------------------

def killed_and_started_again(folder, carrier):
    """nothing is missing, however little the receiver had written of what it had taken"""
    r = Receiver(folder, carrier)
    r.start()
    s = Sender(r, carrier, 0)
    try:
        s.give(events(0, 3000))
        r.wait(ids(0, 500))
        r.kill()
        s.give(events(3000, 6000))
        time.sleep(0.6)
        r.start()
        s.give(events(6000, 6500))
        r.wait(ids(0, 6500))
        n = s.end()
        left = ids(0, 6500) - set(r.ids())
        expect("%s: none is missing" % carrier, not left, "%d are, as %s; %s" % (len(left), sorted(left)[:3], n))
        expect("%s: it was a restart" % carrier, n["reconnects"] >= 1 and n["again"] > 0, n)
        expect("%s: nothing counted lost" % carrier, n["lost"] == 0 and n["given"] == 6500, n)
        one = next(m for m in r.got() if data(m)["count"] == "17")
        expect("%s: the header" % carrier, (one["pri"], one["time"], one["host"], one["app"], one["msgid"]) == (
            "83", "2026-01-02T03:04:05.678901+00:00", "probe.example", "earshot", "MED-001") or
            (one["pri"], one["time"][-1]) == ("83", "Z") and one["time"].startswith("2026-01-02T03:04:05.678901"), one)
        expect("%s: the sentence" % carrier, one["msg"].strip() == "Number 17", one)
        expect("%s: the members" % carrier, {k: data(one)[k] for k in ("event", "run", "rule", "problem", "severity", "state")} == {
            "event": "alert", "run": "r1", "rule": "MED-001", "problem": "p3", "severity": "high", "state": "opened"}, one)
    finally:
        s.process.kill()
        r.kill()


def queue_smaller_than_the_outage(folder, carrier):
    """what is missing is what is counted: not one more, not one less"""
    r = Receiver(folder, carrier)
    r.start()
    s = Sender(r, carrier, 50)
    try:
        for first in range(0, 100, 20):
            s.give(events(first, first + 20))
            r.wait(ids(0, first + 20))
        r.kill()
        s.wait_down()
        s.give(events(100, 400))
        n = s.counters()
        expect("the queue is full", n["lost"] == 250 and n["waiting"] == 50 + 100, n)
        r.start()
        r.wait(ids(0, 100) | ids(350, 400))
        n = s.end()
        left = ids(0, 400) - set(r.ids())
        expect("lost is what is missing", n["lost"] == len(left) == 250 and left == ids(100, 350), "%d missing, %s" % (len(left), n))
        expect("sent again under the same ids", n["again"] == 100 and sorted(r.ids()).count("%032x" % 5) == 2, n)
    finally:
        s.process.kill()
        r.kill()


def acts(c):
    """what text_printable takes out: controls, what reorders or hides, what is no character"""
    o = ord(c)
    return (unicodedata.category(c) == "Cc" or o in (0x200b, 0x200e, 0x200f, 0xfeff, 0x061c, 0x2028, 0x2029) or
            0x202a <= o <= 0x202e or 0x2066 <= o <= 0x2069 or o & 0xfffe == 0xfffe or 0xfdd0 <= o <= 0xfdef)


def harmless(text):
    out = ""
    for c in text:
        one = "".join("\\x%02x" % b for b in c.encode()) if acts(c) else c
        if len((out + one).encode()) > VALUE:
            break
        out += one
    return out


def hostile_strings(folder, carrier):
    strings = [s.decode("utf-8", "replace").replace("\0", "") for s in hostile.STRINGS] + ["]", "\\]", "\"]", "] x", "\\", "\\\\\"]", "a\\"]
    r = Receiver(folder, carrier)
    r.start()
    s = Sender(r, carrier, 0)
    try:
        s.give([event(i, element=text, message=text, rule="MED-001") for i, text in enumerate(strings)])
        r.wait(ids(0, len(strings)))
        s.end()
        got = {data(m)["id"]: m for m in r.got()}
        wrong = [text for i, text in enumerate(strings) if data(got.get("%032x" % i, {"sd": {"earshot@32473": {}}})).get("element") != harmless(text)]
        expect("%d strings come back" % len(strings), not wrong, "%d do not, as %r" % (len(wrong), wrong[:3]))
        expect("no more messages than events", len(r.got()) == len(strings), len(r.got()))
        expect("nothing acts", not any(acts(c) for m in r.got() for c in m["msg"] + json.dumps(m["sd"], ensure_ascii=False)))
    finally:
        s.process.kill()
        r.kill()


def a_whole_watch(folder, carrier):
    """calls are watched while the receiver is killed and started again: every finding arrives"""
    r = Receiver(folder, carrier)
    r.start()
    fifo, told = os.path.join(folder, "calls"), os.path.join(folder, "told.ndjson")
    os.mkfifo(fifo)
    os.chmod(folder, 0o777)
    p = subprocess.Popen([EARSHOT, "watch", "-q", "--events", "finding,alert", "--syslog", "%s:127.0.0.1:%d" % (carrier, r.port),
                          "--syslog-ca", os.path.join(folder, "ca.pem"), "-o", told, fifo])
    raw = copies_of.calls(900)
    try:
        with open(fifo, "wb", buffering=0) as f:
            f.write(raw[:len(raw) // 3])
            time.sleep(1.5)
            r.kill()
            f.write(raw[len(raw) // 3:2 * len(raw) // 3])
            time.sleep(1.5)
            r.start()
            f.write(raw[2 * len(raw) // 3:])
            time.sleep(3)
        expect("watch: ends well", p.wait(timeout=30) == 0, p.returncode)
        with open(told) as f:
            wanted = {json.loads(line)["event_id"] for line in f}
        r.wait(wanted)
        left = wanted - set(r.ids())
        expect("watch: many findings", len(wanted) > 900, len(wanted))
        expect("watch: every finding arrives", not left, "%d of %d do not" % (len(left), len(wanted)))
        one = next(m for m in r.got() if data(m)["event"] == "finding")
        expect("watch: what a finding says", one["msgid"] == data(one)["rule"] and "call" in data(one), one)
    finally:
        p.kill()
        r.kill()


def main():
    parts = missing_parts()
    if parts:
        print("rsyslog: not tried, as there is no " + ", ".join(parts))
        return 0
    trials = [(a_whole_watch, "tls")] if EARSHOT else []
    for trial, carrier in trials + [(killed_and_started_again, "tls"), (killed_and_started_again, "tcp"), (queue_smaller_than_the_outage, "tls"),
                           (hostile_strings, "tls")]:
        with tempfile.TemporaryDirectory() as folder:
            certificates(folder)
            trial(folder, carrier)
    print("rsyslog: %d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


sys.exit(main())
