"""live_watch.py - a watch on mirror ports while telephones talk; what it says is what audit says of the same packets.

usage: live_watch.py EARSHOT WORK

Two telephones (baresip) on access links of their own, a router with a proxy (Kamailio) between them, and a
monitor that gets both links by mirroring. While `earshot watch` and tcpdump listen at the same two ports, calls
are placed through the proxy in clear, with SDES, with DTLS-SRTP and over TLS. Everything lives in network
namespaces of this run and ends with it; it skips, and says so, where one cannot have them.
"""
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "golden"))
import netns  # noqa: E402
import same  # noqa: E402

EARSHOT, WORK = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
TAG = "ew%d" % os.getpid()
NET = "10.198"
HOST = {"alice": NET + ".1.10", "bob": NET + ".2.10"}
GATE = {"alice": NET + ".1.1", "bob": NET + ".2.1"}
PLACES = ("alice", "bob", "core", "mon", "switch")


def skip(why):
    netns.skip("live watch", why)


def sh(*words, check=True):
    return subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=check, timeout=30)


def inside(where, *words):
    return ["ip", "netns", "exec", TAG + "-" + where] + list(words)


def begin(where, name, *words):
    log = open(os.path.join(WORK, name + ".log"), "wb")
    return netns.begin(*inside(where, *words), stdout=log, stderr=log)


def end():
    netns.end()
    for where in PLACES:
        sh("ip", "netns", "del", TAG + "-" + where, check=False)


# ---- the network --------------------------------------------------------------------------------------------------
def cable(one, name, other, name_there):
    sh("ip", "link", "add", name, "netns", TAG + "-" + one, "type", "veth", "peer", "name", name_there, "netns",
       TAG + "-" + other)
    for where, dev in ((one, name), (other, name_there)):
        sh(*inside(where, "ip", "link", "set", dev, "up"))
        # The mirror shall hold packets as the wire would: whole segments, right checksums.
        sh(*inside(where, "ethtool", "-K", dev, "tx", "off", "gso", "off", "tso", "off", "gro", "off"), check=False)


def network():
    """each telephone, its router and its mirror port on a switch that has learnt nothing: all get every frame"""
    for where in PLACES:
        sh("ip", "netns", "add", TAG + "-" + where)
        sh(*inside(where, "ip", "link", "set", "lo", "up"))
    for who in HOST:
        sh(*inside("switch", "ip", "link", "add", "br" + who, "type", "bridge", "ageing_time", "0"))
        sh(*inside("switch", "ip", "link", "set", "br" + who, "up"))
        for port, where, dev in (("p" + who, who, "eth0"), ("r" + who, "core", who), ("m" + who, "mon", "m" + who)):
            cable("switch", port, where, dev)
            sh(*inside("switch", "ip", "link", "set", port, "master", "br" + who))
            sh(*inside("switch", "bridge", "link", "set", "dev", port, "learning", "off"))
        sh(*inside("core", "ip", "addr", "add", GATE[who] + "/24", "dev", who))
        sh(*inside(who, "ip", "addr", "add", HOST[who] + "/24", "dev", "eth0"))
        sh(*inside(who, "ip", "route", "add", "default", "via", GATE[who]))
        sh(*inside("mon", "sysctl", "-qw", "net.ipv6.conf.m%s.disable_ipv6=1" % who), check=False)
    sh(*inside("core", "sysctl", "-qw", "net.ipv4.ip_forward=1"))


def certificate(name):
    key, cert, both = (os.path.join(WORK, name + s) for s in (".key", ".pem", ".both.pem"))
    sh("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=%s.test" % name,
       "-keyout", key, "-out", cert)
    with open(both, "w") as f:
        f.write(open(key).read() + open(cert).read())
    return key, cert, both


def proxy():
    key, cert, _ = certificate("proxy")
    modules = [d for d in ("/usr/lib/x86_64-linux-gnu/kamailio/modules", "/usr/lib/aarch64-linux-gnu/kamailio/modules")
               if os.path.isdir(d)][0]
    listen = "".join("listen=%s:%s:%d\n" % (t, GATE[w], 5061 if t == "tls" else 5060)
                     for w in ("alice", "bob") for t in ("udp", "tcp", "tls"))
    loads = "".join('loadmodule "%s.so"\n' % m for m in ("kex", "tm", "tmx", "sl", "rr", "pv", "maxfwd", "textops",
                                                         "siputils", "tls"))
    with open(os.path.join(WORK, "tls.cfg"), "w") as f:
        for side in ("server", "client"):
            f.write("[%s:default]\nmethod = TLSv1.2+\ncertificate = %s\nprivate_key = %s\n"
                    "verify_certificate = no\nrequire_certificate = no\n" % (side, cert, key))
    with open(os.path.join(WORK, "kamailio.cfg"), "w") as f:
        f.write("""#!KAMAILIO
debug=1
log_stderror=yes
fork=yes
children=2
tcp_children=2
enable_tls=yes
mhomed=1
%smpath="%s"
%smodparam("tls","config","%s")
request_route {
  if (has_totag()) {
    if (loose_route()) { t_relay(); exit; }
    if (is_method("ACK")) { if (t_check_trans()) t_relay(); exit; }
    sl_send_reply("404","Not here"); exit;
  }
  if (is_method("CANCEL")) { if (t_check_trans()) t_relay(); exit; }
  if (is_method("INVITE")) record_route();
  $du = "sip:%s:" + $(rP{s.tolower}{re.subst,/^tls$/5061/}{re.subst,/^(udp|tcp)$/5060/}) + ";transport=" + $(rP{s.tolower});
  t_relay();
}
""" % (listen, modules, loads, os.path.join(WORK, "tls.cfg"), HOST["bob"]))
    os.makedirs(os.path.join(WORK, "run"), exist_ok=True)
    begin("core", "kamailio", "kamailio", "-DD", "-E", "-m", "64", "-M", "8", "-Y", os.path.join(WORK, "run"),
          "-f", os.path.join(WORK, "kamailio.cfg"))
    for _ in range(100):
        if b":5060" in sh(*inside("core", "ss", "-lun")).stdout:
            return
        time.sleep(0.1)
    skip("the proxy did not start: " + open(os.path.join(WORK, "kamailio.log")).read()[-400:])


# ---- telephones ---------------------------------------------------------------------------------------------------
def telephone(who, media, sip, tone):
    folder = os.path.join(WORK, "%s-%s-%s" % (who, media, sip))
    os.makedirs(folder, exist_ok=True)
    modules = [d for d in ("/usr/lib/baresip/modules", "/usr/lib/x86_64-linux-gnu/baresip/modules",
                           "/usr/lib/aarch64-linux-gnu/baresip/modules") if os.path.isdir(d)][0]
    enc = "" if media == "none" else ";mediaenc=" + media
    out = ";outbound=\"sip:%s:%d;transport=%s\"" % (GATE[who], 5061 if sip == "tls" else 5060, sip) if who == "alice" else ""
    files = {
        "accounts": "<sip:%s@%s;transport=%s>;regint=0;audio_codecs=PCMU;answermode=auto%s%s\n" % (who, HOST[who], sip, enc, out),
        "contacts": "",
        "uuid": str(uuid.uuid4()),
        "config": "poll_method epoll\nsip_listen %s:5060\nsip_certificate %s\naudio_source ausine,%d\naudio_player none\n"
                  "audio_alert none\nausrc_srate 48000\nausrc_channels 2\nrtp_ports 20000-20100\nmodule_path %s\n%s"
                  "module_tmp uuid.so\nmodule_tmp account.so\nmodule_app contact.so\nmodule_app menu.so\n" % (
                      HOST[who], os.path.join(WORK, who + ".both.pem"), tone, modules,
                      "".join("module %s.so\n" % m for m in ("g711", "ausine", "srtp", "dtls_srtp"))),
    }
    for name, text in files.items():
        with open(os.path.join(folder, name), "w") as f:
            f.write(text)
    return folder


def call(media, sip, talk):
    port = 5061 if sip == "tls" else 5060
    bob, alice = telephone("bob", media, sip, 660), telephone("alice", media, sip, 440)
    b = begin("bob", "bob-%s-%s" % (media, sip), "baresip", "-f", bob, "-t", str(talk + 6))
    time.sleep(1)
    a = begin("alice", "alice-%s-%s" % (media, sip), "baresip", "-f", alice, "-t", str(talk + 2), "-e",
              "/dial sip:bob@%s:%d;transport=%s" % (HOST["bob"], port, sip))
    for p in (a, b):
        p.wait(timeout=60)


# ---- what is said -------------------------------------------------------------------------------------------------
def main():
    for tool in ("ip", "bridge", "tcpdump", "baresip", "kamailio", "openssl", "ss"):
        if not shutil.which(tool):
            skip(tool + " is not installed")
    if os.geteuid() != 0 or sh("ip", "netns", "add", TAG + "-try", check=False).returncode:
        skip("no network namespaces here (they need root)")
    sh("ip", "netns", "del", TAG + "-try")
    shutil.rmtree(WORK, ignore_errors=True)
    os.makedirs(WORK)
    os.chmod(WORK, 0o777)
    try:
        network()
        for who in ("alice", "bob"):
            certificate(who)
        proxy()
        inventory = os.path.join(WORK, "network.json")
        with open(inventory, "w") as f:
            json.dump({"schema": "earshot.inventory/1",
                       "entries": [{"address": HOST[w], "role": "endpoint"} for w in HOST],
                       "taps": [{"label": w, "place": "access"} for w in HOST]}, f)
        dumps = [begin("mon", "tcpdump-" + w, "tcpdump", "-Z", "root", "-n", "-U", "-i", "m" + w, "-w",
                       os.path.join(WORK, w + ".pcap")) for w in HOST]
        lines = os.path.join(WORK, "watch.ndjson")
        watch = begin("mon", "watch", EARSHOT, "watch", "--redact", "none", "-i", "alice=malice", "-i", "bob=mbob",
                      "--inventory", inventory, "-o", lines)
        time.sleep(2)
        talk = int(os.environ.get("TALK", "4"))
        for media, sip in (("none", "udp"), ("srtp-mand", "udp"), ("dtls_srtp", "udp"), ("dtls_srtp", "tls")):
            call(media, sip, talk)
        # An interface that goes down and comes up again.
        sh(*inside("mon", "ip", "link", "set", "malice", "down"))
        time.sleep(1)
        sh(*inside("mon", "ip", "link", "set", "malice", "up"))
        time.sleep(2)
        alive = watch.poll() is None
        for p in dumps:
            p.send_signal(signal.SIGINT)
        watch.terminate()
        began = time.time()
        watch.wait(timeout=20)
        took = time.time() - began
        p = subprocess.run([EARSHOT, "audit", "-f", "ndjson", "--redact", "none", "--inventory", inventory] +
                           ["%s=%s" % (w, os.path.join(WORK, w + ".pcap")) for w in HOST],
                           stdout=subprocess.PIPE, timeout=120)
    finally:
        end()
    report(lines, p.stdout, took, alive)


def report(lines, audited, took, alive):
    events = [json.loads(line) for line in open(lines)]
    firm = [e for e in events if e["event"] == "call" and e["state"] == "firm"]
    early = [e for e in events if e["event"] == "call" and e["state"] != "firm" and e["kind"] == "call"]
    wanted = [json.loads(line) for line in audited.splitlines()]
    a, b = sorted(map(same.verdict, wanted), key=repr), sorted(map(same.verdict, firm), key=repr)
    calls = [c for c in firm if c["kind"] == "call"]
    for c in calls:
        print("live watch: %-22s signaling %s, keys %s, media %s" % (
            c["label"], *(c["conditions"][k]["verdict"] for k in ("signaling", "keys", "media"))))
    good = {"the interface came back": alive, "three calls or more could be read": len(calls) >= 3,
            "what audit says": a == b and bool(a), "ended in time": took < 2.5, "told before it was firm": bool(early)}
    for name, ok in good.items():
        if not ok:
            print("live watch: NOT SO: %s %s" % (name, [x for x in a if x not in b][:2] if "audit" in name else ""))
    print("live watch: %d firm records of %d audited, %d before that, ended in %.2f s: %s" % (
        len(firm), len(wanted), len(early), took, "passed" if all(good.values()) else "FAILED"))
    sys.exit(not all(good.values()))


main()
