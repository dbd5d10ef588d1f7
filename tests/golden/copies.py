"""copies.py - signaling that an element copies to its monitor (HEPv3), over UDP and TCP.

usage: copies.py EARSHOT SAMPLES

The SIP of a sample is taken out and sent again as copies alone, from the proxy to a
monitor, marked as UDP or as TLS. What the agent says was TLS is never clear on that
hop; the copies themselves are in clear, who gets them is within earshot, and a media
key in them is a finding. Copies that stay in one host are on no wire.
"""
import json
import os
import struct
import subprocess
import sys
import tempfile

import copies_of
import edit
from copies_of import hep

EARSHOT, SAMPLES = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
AGENT, MONITOR = bytes([10, 77, 9, 10]), bytes([10, 88, 0, 1])
UDP, TLS = 17, 22
passed = failed = 0


def expect(name, good, more=""):
    global passed, failed
    passed, failed = passed + bool(good), failed + (not good)
    if not good:
        print("copies: %s %s" % (name, more))


def messages(scene):
    return copies_of.messages(os.path.join(SAMPLES, scene))


def over_udp(protocol, agent=AGENT, monitor=MONITOR, scene="udp-sdes-proxy"):
    return edit.pcap([edit.udp(agent, monitor, 40000, 9060, hep(*m[:4], protocol, m[4]), i + 1)
                      for i, m in enumerate(messages(scene))])


def over_tcp(protocol, step):
    stream = b"".join(hep(*m[:4], protocol, m[4]) for m in messages("udp-sdes-proxy"))
    frames = [edit.tcp(AGENT, MONITOR, 40000, 9060, 1, 0, 2, b"", 1)]
    frames += [edit.tcp(AGENT, MONITOR, 40000, 9060, 2 + at, 1, 0x18, stream[at:at + step], 2 + i)
               for i, at in enumerate(range(0, len(stream), step))]
    return edit.pcap(frames)


def report(raw):
    with tempfile.TemporaryDirectory() as d:
        path = os.path.join(d, "copy.pcap")
        with open(path, "wb") as f:
            f.write(raw)
        p = subprocess.run([EARSHOT, "audit", "-f", "json", "--redact", "none", path], stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE, timeout=120)
    expect("no secret of the agent", b"canary" not in p.stdout + p.stderr)
    return json.loads(p.stdout)


def call_of(r):
    return next(c for c in r["calls"] if c["kind"] == "call")


def rules(call):
    return {f["rule"]: f for f in call["findings"] if f["outcome"] == "violated"}


def who(call, name):
    return next((e for e in call["within_earshot"] if name in e["who"]), None)


def main():
    of_tls = call_of(report(over_udp(TLS)))
    expect("the hop is TLS", {g["transport"] for g in of_tls["legs"]} == {"tls"}, of_tls["legs"])
    expect("it was not readable there", not any(g["readable"] for g in of_tls["legs"]))
    expect("hop protection is not told", of_tls["hop_protection"]["clear"] == 0, of_tls["hop_protection"])
    expect("the copies were", "monitor" in rules(of_tls)["SIG-001"]["detail"], rules(of_tls).get("SIG-001"))
    expect("signaling fails by them", of_tls["conditions"]["signaling"]["verdict"] == "fail")
    expect("the monitor got the key", "KEY-004" in rules(of_tls), sorted(rules(of_tls)))
    expect("keys fail", of_tls["conditions"]["keys"]["verdict"] == "fail")
    monitor = who(of_tls, "10.88.0.1")
    expect("the monitor is within earshot", monitor and monitor["could"] == ["signaling", "keys"], of_tls["within_earshot"])
    expect("so is the link to it", who(of_tls, "anyone on the link 10.77.9.10"), of_tls["within_earshot"])
    expect("nobody unknown wrote it", not who(of_tls, "whoever"), of_tls["within_earshot"])
    expect("nothing of the hop is said to be readable", "PRIV-001" not in rules(of_tls), sorted(rules(of_tls)))

    of_udp = call_of(report(over_udp(UDP)))
    expect("what the agent says was UDP is", {g["transport"] for g in of_udp["legs"]} == {"udp"})
    expect("and readable", all(g["readable"] for g in of_udp["legs"]))

    for step in (1400, 97, 60000):
        same = call_of(report(over_tcp(TLS, step)))
        expect("over TCP by %d" % step, sorted(rules(same)) == sorted(rules(of_tls)) and
               {k: v["verdict"] for k, v in same["conditions"].items()} ==
               {k: v["verdict"] for k, v in of_tls["conditions"].items()}, sorted(rules(same)))

    inside = call_of(report(over_udp(TLS, AGENT, AGENT)))
    expect("inside one host nothing was on a wire", "SIG-001" not in rules(inside), sorted(rules(inside)))
    expect("nor does signaling fail by it", inside["conditions"]["signaling"]["verdict"] != "pass" and
           not who(inside, "anyone on the link"), inside["within_earshot"])

    keyless = call_of(report(over_udp(TLS, scene="udp-rtp-proxy")))
    expect("without a key none was given away", "KEY-004" not in rules(keyless), sorted(rules(keyless)))
    expect("and the monitor holds none", who(keyless, "10.88.0.1")["could"] == ["signaling"], keyless["within_earshot"])

    # The same messages on the wire and as copies: one call, and the wire's own word stands.
    raw = edit.sample(os.path.join(SAMPLES, "udp-sdes-proxy"))
    wire = call_of(report(raw))
    frames = [raw[at:at + n] for at, n in edit.packets(raw)]
    doubled = frames + [edit.udp(AGENT, MONITOR, 40000, 9060, hep(*m[:4], TLS, m[4]), i + 1)
                for i, m in enumerate(messages("udp-sdes-proxy"))]
    both = report(edit.pcap(doubled))
    expect("no second call", sum(c["kind"] == "call" for c in both["calls"]) == 1)
    udp = [g for g in call_of(both)["legs"] if g["transport"] == "udp"]
    expect("the wire's hop stays readable", udp and all(g["readable"] for g in udp), call_of(both)["legs"])
    expect("and its findings stay", set(rules(wire)) <= set(rules(call_of(both))) | {"OBS-001", "OBS-004"},
           sorted(set(rules(wire)) - set(rules(call_of(both)))))
    print("copies: %d checks passed, %d failed" % (passed, failed))
    return 1 if failed else 0


sys.exit(main())
