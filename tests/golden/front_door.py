"""front_door.py - what the contract promises of the command line: codes, sentences, files.

usage: front_door.py EARSHOT SAMPLES
"""
import glob
import gzip
import json
import os
import re
import resource
import shutil
import struct
import subprocess
import sys
import tempfile
import time

EARSHOT, SAMPLES = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
CALL = os.path.join(SAMPLES, "udp-rtp-direct", "alice.pcap")
QUIET = os.path.join(SAMPLES, "tls-dtls-direct", "alice.pcap.gz")
passed = failed = 0


def run(*words, stdin=None, env=None, limit=None):
    def before():
        if limit is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    base = {k: v for k, v in os.environ.items() if not k.startswith("EARSHOT_") and k != "SSLKEYLOGFILE"}
    base.update(env or {})
    return subprocess.run([EARSHOT, *words], stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          timeout=120, env=base, preexec_fn=before)


def expect(name, good, p=None):
    global passed, failed
    passed, failed = passed + bool(good), failed + (not good)
    if not good:
        print("front door: %s" % name)
        if p is not None:
            print("  exit %d, stderr: %s, stdout: %s" % (p.returncode, p.stderr[:300], p.stdout[-300:]))


def code(name, want, *words, says=None, **how):
    p = run("audit", *words, **how)
    text = (p.stderr + p.stdout).decode(errors="replace")
    expect(name, p.returncode == want and (says is None or says in text), p)
    return p


def report(p):
    try:
        return json.loads(p.stdout)
    except ValueError:
        return None


def usage():
    for word in ("probe", "join"):
        p = run(word, "x")
        expect("'%s' is refused by name" % word, p.returncode == 2 and word.encode() in p.stderr, p)
    p = run("adit", CALL)
    expect("a mistyped subcommand gets the nearest one", p.returncode == 2 and b"audit" in p.stderr, p)
    expect("no subcommand is wrong usage", run().returncode == 2)
    expect("--version", run("--version").returncode == 0)
    p = run("audit", "--help")
    expect("help fits one screen and begins with examples", p.returncode == 0 and
           len(p.stdout.splitlines()) <= 44 and b"earshot audit call.pcap" in p.stdout, p)
    expect("help of audit names no option of watch", not any(
        w in p.stdout for w in (b"--memory", b"--hep")), p)
    code("no capture", 2, says="no capture")
    code("mistyped option", 2, "--fail-onn", "high", CALL, says="--fail-on")
    code("an option of watch is none of audit", 2, "--memory", "1G", CALL, says="is no option of `audit`")
    code("option without value", 2, CALL, "--fail-on")
    code("severity that is none", 2, "--fail-on", "bad", CALL, says="bad")
    code("format that is none", 2, "-f", "pdf", CALL, says="pdf")
    code("two formats and one stream", 2, "-f", "json", "-f", "text", CALL)
    code("requirement that does not parse", 2, "--require", "medai=pass", CALL, says="media")
    code("filter that does not compile", 2, "--bpf", "udp and (", CALL)
    code("hmac without key", 2, "--redact", "hmac", CALL, says="redact-key")
    code("key log that is none", 2, "--keylog", CALL, CALL, says="key log")


def inputs(tmp):
    def made(name, data):
        path = os.path.join(tmp, name)
        with open(path, "wb") as f:
            f.write(data)
        return path
    with open(CALL, "rb") as f:
        whole = f.read()
    empty = made("empty.pcap", b"")
    header = made("header.pcap", whole[:24])
    code("missing file", 3, os.path.join(tmp, "none.pcap"), says="none.pcap")
    code("directory", 3, tmp)
    code("empty file", 3, empty)
    code("text file", 3, made("notes.txt", b"this is no capture at all\n" * 20))
    p = code("header only: complete and empty", 4, "-f", "json", header)
    r = report(p)
    expect("header only says complete", r and r["inputs"][0]["complete"] and not r["calls"] and
           r["summary"]["conditions"]["media"]["verdict"] == "not_observable", p)
    p = code("truncated record", 1, "-f", "json", made("cut.pcap", whole[:-7]))
    r = report(p)
    expect("what was read before the cut is judged, and the frame is named", r and r["calls"] and
           not r["inputs"][0]["complete"] and "frame" in " ".join(r["inputs"][0]["problems"]), p)
    lying = bytearray(whole)
    lying[24 + 8:24 + 12] = struct.pack("<I", 0x7fffffff)
    code("a length that lies", 3, made("lying.pcap", bytes(lying)))
    code("unknown link type", 4, made("link.pcap", whole[:20] + struct.pack("<I", 147) + whole[24:]), "-f", "json")
    zero = whole[:24] + struct.pack("<IIII", 1, 0, 0, 0) + struct.pack("<IIII", 1, 1, 262144, 262144) + bytes(262144)
    p = code("packets of 0 and 262144 octets", 4, "-f", "json", made("sizes.pcap", zero))
    expect("both were counted", report(p) and report(p)["summary"]["seen"]["packets"] == 2, p)
    code("gzip cut short", 1, made("cut.pcap.gz", gzip.compress(whole)[:-4]))
    p = code("one bad input beside a good one", 1, "-f", "json", empty, CALL)
    expect("the good one was judged", report(p) and len(report(p)["calls"]) == 1, p)
    with open(CALL, "rb") as f:
        p = code("standard input", 1, "-f", "json", "-", stdin=f)
    expect("a call from standard input", report(p) and report(p)["summary"]["rows"]["call"] == 1, p)
    copy = made("copy.pcap", whole)
    p = code("the same bytes twice", 1, "-f", "json", "a=" + CALL, "b=" + copy)
    expect("are read once, with a note", report(p) and report(p)["summary"]["rows"]["call"] == 1 and
           any(i["problems"] for i in report(p)["inputs"]), p)
    odd = made("alice=x.pcap", whole)
    p = code("a file with = in its name is a file", 1, "-f", "json", odd)


def outputs(tmp):
    out = os.path.join(tmp, "out", "report.json")
    code("a folder that is not there", 5, "-f", "json", "-o", out, CALL)
    full = os.path.join(tmp, "full.json")
    p = code("disk full", 5, "-f", "json", "-o", full, CALL, limit=2048)
    expect("no partial file is left", not [n for n in os.listdir(tmp) if n.startswith("full")], p)
    if os.path.exists("/dev/full"):
        code("device full", 5, "-f", "json", "-o", "/dev/full", CALL)
    code("a device is written directly", 1, "-f", "json", "-o", "/dev/null", CALL)
    base = os.path.join(tmp, "all")
    code("several formats", 1, "-f", "json", "-f", "html", "-f", "text", "-f", "ndjson", "--all-as", base, CALL)
    expect("each in its file", {"all.json", "all.html", "all.txt", "all.ndjson"} <= set(os.listdir(tmp)))
    folder = os.path.join(tmp, "reports") + "/"
    os.mkdir(folder)
    code("several formats into a folder", 1, "-f", "json", "-f", "html", "-o", folder, CALL)
    expect("both are there", len(os.listdir(folder)) == 2)


def gates(tmp):
    code("nothing at the gate", 0, QUIET)
    code("a requirement that was not observed", 4, "--require", "media=pass", QUIET)
    code("a requirement refuted", 1, "--require", "media=pass", "--fail-on", "critical", CALL)
    code("coverage too low", 4, "--min-coverage", "100", QUIET)
    p = code("the last line says why", 1, CALL)
    expect("last line names the exit code", b"exit 1" in p.stdout.splitlines()[-1], p)
    code("the format never changes the gate", 1, "-f", "html", CALL)
    config = os.path.join(tmp, "config")
    with open(config, "w") as f:
        f.write("# a comment\nformat = json\nrequire = media=pass\n")
    p = code("configuration file", 4, "--config", config, QUIET)
    expect("its format holds", report(p) is not None, p)
    p = code("a flag beats the file", 4, "--config", config, "-f", "ndjson", QUIET)
    expect("one line a call", p.stdout.count(b"\n") >= 1 and not p.stdout.startswith(b"{\n"), p)
    p = code("environment", 0, QUIET, env={"EARSHOT_FORMAT": "json"})
    expect("its format holds too", report(p) is not None, p)
    p = code("colour only when asked", 1, CALL)
    expect("no escape sequence on a pipe", b"\x1b" not in p.stdout, p)
    p = code("colour when asked", 1, "--color", "always", CALL)
    expect("escape sequences", b"\x1b[" in p.stdout, p)


def asserted(tmp):
    path = os.path.join(tmp, "net.json")

    def given(document):
        with open(path, "w") as f:
            f.write(document if isinstance(document, str) else json.dumps(document))
        return path

    def entry(**more):
        return given({"schema": "earshot.inventory/1", "entries": [more]})
    phone = {"address": "10.77.1.10", "role": "endpoint", "name": "ward 3", "scope": ["phi"]}
    given({"schema": "earshot.inventory/1", "entries": [phone, {"network": "10.99.0.0/16", "role": "proxy"}],
           "taps": [{"label": "alice", "place": "access"}]})
    p = code("an inventory", 1, "-f", "json", "--inventory", path, "alice=" + CALL)
    r = report(p)
    told = r["inventory"] if r else {}
    expect("the report says which roles were asserted", told and told["asserted"] and
           told["asserted"][0]["role"] == "endpoint" and told["asserted"][0]["name"] == "ward 3" and
           told["unmatched"] == 1 and told["taps"] == [{"label": "alice", "access": True, "used": True}], p)
    expect("scope tags reach the calls", r and r["calls"][0]["scopes"] == ["phi"], p)
    p = code("an inventory in words", 1, "--inventory", path, "alice=" + CALL)
    words = " ".join(p.stdout.decode().split())
    expect("with name and role, and what matched nothing", "is endpoint (ward 3)" in words and
           "1 entry matched nothing" in words, p)
    code("a role that is none", 2, "--inventory", entry(address="10.0.0.1", role="endpont"), CALL,
         says="entries[0].role: no role 'endpont'; did you mean endpoint?")
    code("an address that is none", 2, "--inventory", entry(address="10.0.0", role="proxy"), CALL, says="entries[0].address")
    code("a misspelt key", 2, "--inventory", entry(adress="10.0.0.1", role="proxy"), CALL, says="did you mean address?")
    code("a digest of another length", 2, "--inventory", entry(certificate_sha256="aa", role="sbc"), CALL, says="64")
    code("an inventory that is no JSON", 2, "--inventory", given("{"), CALL, says="line 1, column")
    code("an inventory that is not there", 2, "--inventory", os.path.join(tmp, "none"), CALL, says="none")
    expect("nothing is written then", not run("audit", "-f", "json", "--inventory", given("{"), CALL).stdout)


# What each policy of the program says of these: exit code, result, requirements refuted. Direct TLS
# with DTLS seen from one side holds where seen: that suffices for hop encryption, and proves no end.
POLICIES = {
    ("tls-dtls-direct", "alice.pcap.gz"): {
        "baseline": (0, "met", 0), "e2ee": (4, "cannot_tell", 0), "healthcare": (0, "met", 0), "finance": (0, "met", 0),
        "legal-government": (4, "cannot_tell", 0), "privacy-provider": (4, "cannot_tell", 0),
        "enterprise": (0, "met", 0), "contact-center": (0, "met", 0)},
    ("zrtp-direct", "alice.pcap.gz"): {
        "baseline": (1, "not_met", 0), "e2ee": (1, "not_met", 1), "healthcare": (1, "not_met", 2),
        "finance": (1, "not_met", 2), "legal-government": (1, "not_met", 1), "privacy-provider": (1, "not_met", 1),
        "enterprise": (1, "not_met", 2), "contact-center": (1, "not_met", 2)},
    ("udp-rtp-direct", "alice.pcap"): {
        "baseline": (1, "not_met", 0), "e2ee": (1, "not_met", 3), "healthcare": (1, "not_met", 2),
        "finance": (1, "not_met", 2), "legal-government": (1, "not_met", 3), "privacy-provider": (1, "not_met", 3),
        "enterprise": (1, "not_met", 2), "contact-center": (1, "not_met", 2)},
    ("tls13-keylog", "alice.pcap.gz"): {
        "baseline": (0, "met", 0), "e2ee": (4, "cannot_tell", 0), "healthcare": (4, "cannot_tell", 0),
        "finance": (4, "cannot_tell", 0), "legal-government": (4, "cannot_tell", 0),
        "privacy-provider": (4, "cannot_tell", 0), "enterprise": (4, "cannot_tell", 0),
        "contact-center": (4, "cannot_tell", 0)},
    ("webrtc-wss-direct", "alice.pcap.gz"): {
        "baseline": (0, "met", 0), "e2ee": (4, "cannot_tell", 0), "healthcare": (4, "cannot_tell", 0),
        "finance": (4, "cannot_tell", 0), "legal-government": (4, "cannot_tell", 0),
        "privacy-provider": (4, "cannot_tell", 0), "enterprise": (4, "cannot_tell", 0),
        "contact-center": (4, "cannot_tell", 0)},
}


def captured(tmp):
    """The worked example of docs/rule-packs.md, and captures that do not hold what is said of them."""
    house = os.path.join(tmp, "house")
    os.mkdir(house)
    shutil.copy(os.path.join(SAMPLES, "udp-sdes-proxy", "alice.pcap.gz"), os.path.join(house, "sdes.pcap.gz"))
    shutil.copy(CALL, os.path.join(house, "plain.pcap"))
    with open(os.path.join(SAMPLES, "..", "docs", "rule-packs.md"), encoding="utf-8") as f:
        shown = re.search(r"and `house/house.json`:\n\n```json\n(.*?)```\n\n```\n\$ earshot rules test house\n(.*?)```",
                          f.read(), re.S)
    path = os.path.join(house, "house.json")

    def told(change=lambda text: text):
        with open(path, "w") as f:
            f.write(change(shown.group(1)))
        return run("rules", "test", house)
    p = told()
    expect("examples with captures, as the page shows them", p.returncode == 0 and
           p.stdout.decode().replace(house, "house") == shown.group(2), p)
    for what, old, new, says in (
            ("another outcome", '"is": "satisfied"', '"is": "violated"', "the outcome is satisfied, and should be violated"),
            ("another detail", "SDES with PCMU.", "SDES.", "the detail is SDES with PCMU."),
            ("no such row", "kind = call", "kind = page", "no row of the capture"),
            ("a misspelt row", "kind = call", "kimd = call", "did you mean kind?"),
            ("no such capture", "plain.pcap", "plane.pcap", "missing or damaged"),
            ("a file outside", "alice=sdes.pcap.gz", "alice=../sdes.pcap.gz", "in the folder of the pack"),
            ("no capture", '"alice=sdes.pcap.gz"', "[]", "names no capture"),
            ("a key log that is not there", '"capture": "plain.pcap"', '"capture": "plain.pcap", "keylog": "k"', "could not be opened")):
        p = told(lambda text: text.replace(old, new, 1))
        expect("an example with " + what, p.returncode == 1 and says in p.stdout.decode(), p)
    p = told(lambda text: text.replace('"is": "satisfied"', '"is": "violated"'))
    expect("which outcome no example shows is said", b"HOUSE-002: no example is satisfied" in p.stdout, p)
    expect("by rules check, too", b"no example is satisfied" in run("rules", "check", path).stdout, None)


def packs(tmp):
    def pack(name, **rule):
        path = os.path.join(tmp, name)
        one = {"id": "HOUSE-001", "title": "Any audio", "severity": "high", "class": "exposure", "checks": "c",
               "remediation": "r", "cases": [{"each": "media", "violated_when": "kind = audio",
                                              "detail": "{segments_seen} audio."}], **rule}
        with open(path, "w") as f:
            json.dump({"schema": "earshot.rules/1", "pack": "house", "define": [
                {"name": "segments_seen", "scope": "media", "is": "count(segments: packets > 0)"}], "rules": [one]}, f,
                indent=1)
        return path
    own = pack("own.json")
    p = code("a rule of the user's, by data alone", 1, "-f", "json", "--rules", own, CALL)
    r = report(p)
    expect("it finds, with its own words", r and any(
        f["rule"] == "HOUSE-001" and f["severity"] == "high" and f["detail"].endswith(" audio.")
        for c in r["calls"] for f in c["findings"]), p)
    plain = report(run("audit", "-f", "json", CALL))
    expect("and moves no verdict", r and [(c["label"], c["score"], c["conditions"]) for c in r["calls"]] ==
           [(c["label"], c["score"], c["conditions"]) for c in plain["calls"]], p)
    expect("the digest of the rules tells", r and r["tool"]["rules_sha256"] != plain["tool"]["rules_sha256"], p)
    waiver = os.path.join(tmp, "house-waiver.json")
    with open(waiver, "w") as f:
        json.dump({"schema": "earshot.waivers/1", "waivers": [
            {"rule": "HOUSE-001", "reason": "r", "owner": "o", "expires": "2999-01-01"}]}, f)
    code("a waiver may name it", 1, "--rules", own, "--waivers", waiver, CALL)
    code("without the pack it may not", 2, "--waivers", waiver, CALL, says="HOUSE-001")
    for what, rule, says in (
            ("a misspelt field", {"cases": [{"each": "media", "violated_when": "kimd = audio"}]}, "kind"),
            ("a wrong word", {"cases": [{"each": "media", "violated_when": "kind = adio"}]}, "audio"),
            ("a wrong type", {"cases": [{"each": "media", "violated_when": "packets = 'many'"}]}, "packets"),
            ("a cause that is no rule", {"cases": [{"each": "media", "caused_by": "SIG-01"}]}, "did you mean SIG-001?"),
            ("a cause that is no id", {"cases": [{"each": "media", "caused_by": "{kind}"}]}, "a cause is the id of a rule"),
            ("an id of the catalogue", {"id": "SIG-001"}, "there is a rule already"),
            ("a verdict of one's own", {"cases": [{"marks": ["exposed"]}]}, "only the catalogue"),
            ("a misspelt key", {"titel": "t"}, "did you mean title?")):
        code("a pack with " + what, 2, "--rules", pack("wrong.json", **rule), CALL, says=says)
        p = run("rules", "check", os.path.join(tmp, "wrong.json"))
        expect("rules check names " + what, p.returncode == 1 and says.encode() in p.stderr and
               b"wrong.json:" in p.stderr, p)
    expect("rules check is content with a good one", run("rules", "check", own).returncode == 0, None)
    expect("and says what is not there", run("rules", "check", os.path.join(tmp, "no.json")).returncode == 3, None)
    p = run("rules", "test")
    expect("the catalogue's examples hold", p.returncode == 0 and b" 0 failed" in p.stdout, p)
    folder = os.path.join(tmp, "house-packs")
    os.mkdir(folder)
    example = {"name": "n", "is": "violated", "record": {"kind": "call", "media": [{"kind": "audio"}]}}
    os.rename(pack("p.json", examples=[example]), os.path.join(folder, "p.json"))
    expect("examples of a folder", run("rules", "test", folder).returncode == 0, None)
    os.rename(pack("p.json", examples=[{**example, "is": "satisfied"}]), os.path.join(folder, "p.json"))
    p = run("rules", "test", folder)
    expect("one that does not hold", p.returncode == 1 and b"the outcome is violated" in p.stdout, p)
    captured(tmp)
    p = run("rules", "fields")
    expect("fields are those of the page", p.returncode == 0 and b"| `keying` |" in p.stdout, p)


def where(tmp):
    whole = report(run("audit", "-f", "json", CALL))
    p = code("--where selects", 1, "-f", "json", "--where", "call.kind = call", CALL)
    r = report(p)
    kept = [c for c in whole["calls"] if c["kind"] == "call"]
    expect("rows of which it is true, and counts the others", r and [c["id"] for c in r["calls"]] ==
           [c["id"] for c in kept] and r["summary"]["where"]["left_out"] == len(whole["calls"]) - len(kept), p)
    code("nothing selected is nothing judged", 4, "-Y", "label = END-TO-END", CALL)
    code("over findings and verdicts", 1, "-Y", "signaling = fail and any(findings: severity >= high)", CALL)
    for what, text, says in (("a misspelt field", "lable = WEAK", "label"), ("a wrong word", "label = WAEK", "WEAK"),
                             ("no condition", "score", "neither true nor false"), ("a wrong type", "score = 5s", "cannot be compared")):
        code("--where with " + what, 2, "--where", text, CALL, says=says)


def policies(tmp):
    for (scene, name), told in POLICIES.items():
        path = os.path.join(SAMPLES, scene, name)
        for policy, (exit_code, result, refuted) in told.items():
            p = code("%s under %s" % (scene, policy), exit_code, "-f", "json", "--policy", policy, path)
            r = report(p)
            said = r["summary"]["policy"] if r else {}
            expect("%s under %s: %s" % (scene, policy, result), said.get("name") == policy == r["tool"]["policy"] and
                   said["result"] == result and len(said["unmet"]) == refuted and
                   bool(said["unknown"] or refuted) == (policy != "baseline" and result != "met"), p)
            expect("what it says of the call is the policy's affair alone", r and
                   [(c["label"], c["score"], c["conditions"]) for c in r["calls"]] ==
                   [(c["label"], c["score"], c["conditions"]) for c in report(run("audit", "-f", "json", path))["calls"]], p)
    p = code("the last line under a policy that requires something", 1, "--policy", "e2ee", CALL)
    expect("does not speak of requirements that were not set", b"no end-to-end requirement" not in p.stdout, p)

    def given(name, **more):
        path = os.path.join(tmp, name)
        with open(path, "w") as f:
            json.dump({"schema": "earshot.policy/1", "name": name.split(".")[0], "summary": "s", **more}, f)
        return path
    own = given("own.json", inherits="enterprise", gate={"classes": []}, requires=["score>=1"])
    heir = given("heir.json", inherits="own.json", severities={"SIG-001": "info"})
    p = code("a policy of the user's", 0, "-f", "json", "--policy", own, QUIET)
    expect("its name is in the report", report(p) and report(p)["summary"]["policy"]["name"] == "own" and
           "score>=1" in report(p)["summary"]["policy"]["requires"], p)
    p = code("one that inherits a file beside it", 1, "-f", "json", "--policy", heir, CALL)
    r = report(p)
    expect("its severities hold", r and {f["severity"] for c in r["calls"] for f in c["findings"]
                                         if f["rule"] == "SIG-001"} == {"info"}, p)
    code("--require comes beside", 1, "--policy", own, "--require", "signaling=not_applicable", CALL)
    code("--fail-on beats the policy's", 0, "--policy", given("strict.json", gate={"fail_on": "info"}),
         "--fail-on", "critical", QUIET)
    config = os.path.join(tmp, "policy.conf")
    with open(config, "w") as f:
        f.write("policy = e2ee\nframework = gdpr\n")
    code("in the configuration file", 4, "--config", config, QUIET)
    code("from the environment", 4, QUIET, env={"EARSHOT_POLICY": "e2ee"})
    for what, words, says in (
            ("a policy that is none", ["--policy", "helthcare"], "did you mean healthcare?"),
            ("a policy file that is not there", ["--policy", os.path.join(tmp, "none.json")], "none.json"),
            ("a rule that is none", ["--policy", given("p.json", severities={"MED-06": "low"})], "severities.MED-06"),
            ("a parameter that is none", ["--policy", given("p2.json", parameters={"recoder": "allowed"})],
             "did you mean recorder?"),
            ("a type that is wrong", ["--policy", given("p3.json", gate={"fail_on": 3})], "gate.fail_on: is not a text"),
            ("a circle", ["--policy", given("p4.json", inherits="p4.json")], "cannot inherit itself"),
            ("a framework that is none", ["--framework", "hipaa,hippa"], "did you mean hipaa?"),
            ("a framework file that is not there", ["--framework", "./none.json"], "none.json")):
        p = code(what, 2, *words, CALL, says=says)
        expect("and nothing is written", not p.stdout, p)


def frameworks(tmp):
    p = code("frameworks by name", 1, "-f", "json", "--framework", "pci,nist", CALL)
    expect("in the order of names", report(p) and [f["id"] for f in report(p)["frameworks"]] ==
           ["pci-dss", "nist-sp-800-53r5", "nist-sp-800-52r2", "nist-sp-800-171r2"], p)
    p = code("frameworks of a policy", 1, "-f", "json", "--policy", "finance", CALL)
    expect("are shown", report(p) and [f["id"] for f in report(p)["frameworks"]] == ["pci-dss", "glba-safeguards"], p)
    path = os.path.join(tmp, "house.json")
    control = {"id": "V1", "citation": "House rules, V1", "title": "no call in clear", "shows": "clear calls",
               "not_shown": "calls elsewhere", "looks_at": ["signaling", "media"], "maps": ["TX", "MED-001"]}
    with open(path, "w") as f:
        json.dump({"schema": "earshot.framework/1", "name": "house", "id": "house-rules", "title": "House rules",
                   "edition": "1", "status": "in force", "checked_on": "2026-01-31", "condition": "if these calls are ours",
                   "notice": "Only if these calls are ours.", "scope": "ours", "controls": [control]}, f)
    p = code("a framework of the user's", 1, "-f", "json", "--framework", path, CALL)
    said = report(p)["frameworks"][0]["controls"][0] if report(p) else {}
    expect("by data alone", said.get("wording") == "evidence against, if these calls are ours" and
           "MED-001" in said["rules"] and said["status"] == "evidence-against", p)
    p = code("in the terminal report when asked for", 1, "--framework", path, CALL)
    expect("in words", b"House rules" in p.stdout and b"evidence against, if these calls are ours" in
           b" ".join(p.stdout.split()), p)
    p = run("audit", CALL)
    expect("and not unasked", b"HIPAA" not in p.stdout, p)
    for scene in sorted(os.listdir(SAMPLES)):
        for name in sorted(glob.glob(os.path.join(SAMPLES, scene, "*.pcap*"))):
            for form in ("text", "json", "ndjson", "html"):
                out = run("audit", "-f", form, "-v", "--framework", "all", name).stdout
                expect("%s as %s never says that word" % (name, form), b"ompliant" not in out)


def questions():
    """docs/questions.md says what the topics of the program say"""
    top = os.path.join(SAMPLES, "..")
    page = os.path.join(top, "docs", "questions.md")
    if not os.path.exists(page):
        return
    with open(page, encoding="utf-8") as f:
        words = " ".join(f.read().split())
    for path in sorted(glob.glob(os.path.join(top, "rules", "topics", "*.json"))):
        with open(path, encoding="utf-8") as f:
            topic = json.load(f)
        for text in [topic["question"], topic["short"], *topic["answer"]]:
            expect("docs/questions.md lacks a sentence of %s: %s" % (topic["name"], text[:60]), text in words)


def drafts(tmp):
    scene = os.path.join(SAMPLES, "udp-rtp-proxy")
    files = ["%s=%s" % (n, os.path.join(scene, n + ".pcap.gz")) for n in ("alice", "bob", "core")]
    path = os.path.join(tmp, "draft.json")
    p = run("inventory", "draft", *files)
    d = report(p)
    expect("a draft", p.returncode == 0 and d and d["schema"] == "earshot.inventory/1", p)
    guess = {e["address"]: e.get("guess") for e in d["entries"]} if d else {}
    expect("guesses", guess.get("10.77.1.10") == "endpoint" and guess.get("10.77.9.10") == "proxy", p)
    expect("asserts nothing", d and all(e["role"] == "unknown" and e["reason"] for e in d["entries"]) and
           all(t["place"] == "unknown" and t["question"] for t in d["taps"]), p)
    expect("asks about the link of the caller", d and "access link of 10.77.1.10" in d["taps"][0]["question"], p)
    expect("names no user", not any(u in p.stdout for u in (b"alice@", b"sip:", b"test")), p)
    expect("is the same in any order", run("inventory", "draft", *reversed(files)).stdout == p.stdout)
    p = run("inventory", "draft", "-o", path, *files)
    expect("-o writes it", p.returncode == 0 and not p.stdout and os.path.exists(path), p)
    one = run("audit", "-f", "ndjson", *files).stdout
    two = run("audit", "-f", "ndjson", "--inventory", path, *files).stdout.replace(b',"scopes":[]', b"")
    expect("given back as it is, it changes no verdict", one and one == two)
    p = run("inventory", "draft", "--help")
    expect("help of draft", p.returncode == 0 and b"-o" in p.stdout and b"--require" not in p.stdout, p)
    p = run("inventory", "draft", "--require", "media=pass", *files)
    expect("options that would do nothing are refused", p.returncode == 2 and b"no option of" in p.stderr, p)
    expect("draft without a capture", run("inventory", "draft").returncode == 2)
    expect("inventory without a word", run("inventory").returncode == 2)
    p = run("inventory", "draft", os.path.join(tmp, "none.pcap"))
    expect("a missing capture", p.returncode == 3 and report(p) is not None, p)
    p = run("inventory", "draft", "-o", os.path.join(tmp, "no", "draft.json"), *files)
    expect("a folder that is not there", p.returncode == 5, p)


def earlier(tmp):
    path = os.path.join(tmp, "before.json")
    with open(path, "wb") as f:
        f.write(run("audit", "-f", "json", CALL).stdout)
    p = code("the same calls again", 0, "-f", "json", "--baseline", path, CALL)
    r = report(p)
    told = r["summary"]["baseline"] if r else None
    expect("are known", told and told["known"] == 3 and told["new"] + told["worse"] + told["gone"] == 0 and
           all(f["change"] == "known" for c in r["calls"] for f in c["findings"] if f["outcome"] == "violated"), p)
    with open(path) as f:
        old = json.load(f)
    for f in old["calls"][0]["findings"] + old["problems"]:
        f["severity"] = "medium" if f["rule"] == "MED-001" else f["severity"]
    old["calls"][0]["findings"] = [f for f in old["calls"][0]["findings"] if f["rule"] != "SIG-001"]
    old["problems"] = [p for p in old["problems"] if p["rule"] != "SIG-001"]
    with open(path, "w") as f:
        json.dump(old, f)
    p = code("new and worse ones", 1, "--baseline", path, CALL, says="new or worse")
    expect("are counted in words", b"1 new, 1 worse, 1 known" in b" ".join(p.stdout.split()), p)
    p = code("and in the page", 1, "-f", "html", "--baseline", path, CALL)
    expect("with what changed", b"1 new, 1 worse, 1 known" in p.stdout and b"new or worse" in p.stdout, p)
    code("a baseline that is not there", 2, "--baseline", os.path.join(tmp, "none"), CALL, says="none")
    code("a baseline that is no report", 2, "--baseline", CALL, CALL, says="not JSON")
    with open(path, "w") as f:
        f.write('{"schema": "earshot.plan/1"}')
    code("a baseline of another kind", 2, "--baseline", path, CALL, says="earshot.report/1")


def waivers(tmp):
    path = os.path.join(tmp, "waivers.json")

    def given(*list, **more):
        with open(path, "w") as f:
            json.dump(dict({"schema": "earshot.waivers/1", "waivers": list}, **more), f)
        return path

    def one(rule, **more):
        return dict({"rule": rule, "reason": "old trunk", "owner": "voice team", "expires": "2099-12-31"}, **more)
    given(one("MED-001"), one("SIG-001"))
    p = code("what is waived does not gate", 0, "-f", "json", "--waivers", path, CALL)
    r = report(p)
    found = {f["rule"]: f for c in r["calls"] for f in c["findings"]} if r else {}
    expect("and stays in the report", found and found["SIG-001"]["waived"] ==
           {"reason": "old trunk", "owner": "voice team", "expires": "2099-12-31"} and
           found["PRIV-001"]["waived"] is None and r["summary"]["waived"] == 3, p)
    p = code("an expired waiver", 1, "-f", "json", "--waivers", given(one("MED-001", expires="2020-01-01")), CALL)
    r = report(p)
    expect("hides nothing and is told", b"expired after 2020-01-01" in p.stderr and r and
           r["waivers"]["entries"][0]["state"] == "expired" and r["waivers"]["entries"][0]["too_late_for"] == 2, p)
    p = code("an unused waiver", 1, "--waivers", given(one("MED-001", element="192.0.2.1")), CALL, says="matched nothing")
    given(one("MED-001"), one("SIG-001"))
    code("as of a day", 1, "--waivers", path, "--waivers-as-of", "2100-01-01", CALL, says="expired")
    code("as of today", 0, "--waivers", path, "--waivers-as-of", "today", CALL)
    code("as of no day", 2, "--waivers", path, "--waivers-as-of", "soon", CALL, says="soon")
    code("as of a day, without waivers", 2, "--waivers-as-of", "today", CALL, says="--waivers")
    code("a rule that is none", 2, "--waivers", given(one("MED-01")), CALL, says="did you mean MED-001?")
    code("a waiver twice", 2, "--waivers", given(one("MED-001"), one("MED-001")), CALL, says="waivers[1]")
    code("a waiver without a reason", 2, "--waivers", given({"rule": "MED-001", "owner": "x", "expires": "2030-01-01"}),
         CALL, says="waivers[0].reason: is missing")
    code("a date that is none", 2, "--waivers", given(one("MED-001", expires="31.12.2030")), CALL, says="waivers[0].expires")
    code("a misspelt key", 2, "--waivers", given(one("MED-001", elment="x")), CALL, says="did you mean element?")
    code("a scope", 0, "--waivers", given(one("MED-001", scope="kind = call"), one("SIG-001")), CALL)
    code("a scope that does not fit", 1, "--waivers", given(one("MED-001", scope="severity < high"), one("SIG-001")), CALL,
         says="matched nothing")
    code("a misspelt field of a scope", 2, "--waivers", given(one("MED-001", scope="severty >= high")), CALL,
         says="severity")
    code("waivers that are not there", 2, "--waivers", os.path.join(tmp, "none"), CALL, says="none")


def compares(tmp):
    path = os.path.join(tmp, "after.json")
    with open(path, "wb") as f:
        f.write(run("audit", "-f", "json", CALL).stdout)
    p = run("compare", path, CALL)
    expect("a report and its capture: the same", p.returncode == 0 and b"exit 0" in p.stdout.splitlines()[-1], p)
    p = run("compare", QUIET, CALL)
    expect("another network: something new", p.returncode == 1 and b"MED-001" in p.stdout, p)
    expect("the same comparison again", run("compare", QUIET, CALL).stdout == p.stdout)
    p = run("compare", "-f", "json", QUIET, path)
    d = report(p)
    expect("as JSON", p.returncode == 1 and d and d["schema"] == "earshot.compare/1" and d["changes"]["new"] == 3 and
           d["gate"]["exit"] == 1 and d["trunks"] and d["elements"], p)
    p = run("compare", "-f", "markdown", QUIET, path)
    expect("as Markdown", p.returncode == 1 and p.stdout.startswith(b"## ") and b"| trunk" in p.stdout, p)
    out = os.path.join(tmp, "ticket.md")
    p = run("compare", "-fmarkdown", "-o", out, QUIET, path)
    expect("compare -o", p.returncode == 1 and os.path.getsize(out) and not p.stdout, p)
    empty = os.path.join(tmp, "nothing.pcap")
    cut = os.path.join(tmp, "cut.pcap")
    with open(CALL, "rb") as f:
        whole = f.read()
    for name, data in ((empty, whole[:24]), (cut, whole[:-7])):
        with open(name, "wb") as f:
            f.write(data)
    for words, want in ((("--help",), 0), ((path,), 2), ((path, path, path), 2), (("-x", path, path), 2), (("-f",), 2),
                        (("-f", "html", path, path), 2), ((path, os.path.join(tmp, "none")), 3), ((path, EARSHOT), 3),
                        ((path, cut), 3), ((path, empty), 4), ((empty, path), 1), (("--", path, path), 0),
                        (("-o", os.path.join(tmp, "no", "x"), path, path), 5)):
        p = run("compare", *words)
        expect("compare %s: exit %d" % (" ".join(words), want), p.returncode == want and (want < 2 or p.stderr or want == 4), p)


def explains(tmp):
    ids = run("rules", "list", "-q").stdout.decode().split()
    expect("rules list", len(ids) > 100 and ids == sorted(ids))
    for rule in ids:
        p = run("explain", rule.lower())
        lines = p.stdout.decode().splitlines()
        expect("explain %s" % rule, p.returncode == 0 and lines and lines[0].startswith(rule + " ") and
               all(len(n) <= 80 for n in lines) and all("\n" + w in p.stdout.decode() for w in ("checks", "means", "moves",
                                                                                               "shows", "do", "bears on")), p)
    d = report(run("explain", "-f", "json", "SIG-001"))
    expect("as JSON", d and d["id"] == "SIG-001" and d["hints"] and "HIPAA" in d["citations"] and
           all(h["note"] == "confirm against the deployed version" for h in d["hints"]))
    p = run("explain", "-f", "markdown", "SIG-001")
    expect("as Markdown", p.returncode == 0 and p.stdout.startswith(b"## SIG-001"), p)
    for topic in ("tls", "srtp", "sbc", "contact-center"):
        p = run("explain", topic)
        expect("explain %s" % topic, p.returncode == 0 and b"?" in p.stdout.splitlines()[0] and
               all(len(n) <= 80 for n in p.stdout.decode().splitlines()), p)
    p = run("explain", "SIG-01")
    expect("a mistyped rule gets the nearest one", p.returncode == 2 and b"SIG-001" in p.stderr, p)
    p = run("explain", "contact-centre")
    expect("a mistyped topic too", p.returncode == 2 and b"contact-center" in p.stderr, p)
    d = report(run("rules", "list", "-f", "json", "--class", "attack", "--severity", "critical"))
    expect("rules list, filtered", d and d["rules"] and all(r["class"] == "attack" and r["severity"] == "critical"
                                                           for r in d["rules"]))
    expect("rules list by a word", b"CERT-001" in run("rules", "list", "certificate").stdout)
    for words, want in ((("explain",), 2), (("explain", "--help"), 0), (("explain", "a", "b"), 2), (("rules",), 2),
                        (("rules", "lst"), 2), (("rules", "--help"), 0), (("rules", "list", "--class", "x"), 2),
                        (("rules", "list", "--severity", "x"), 2), (("rules", "list", "no such words"), 1),
                        (("explain", "-o", os.path.join(tmp, "no", "x"), "tls"), 5)):
        p = run(*words)
        expect("%s: exit %d" % (" ".join(words), want), p.returncode == want and (want == 0 or p.stderr), p)


def completes():
    script = os.path.join(SAMPLES, "..", "completions", "earshot.bash")

    def complete(*words):
        text = 'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _earshot; printf "%s\n" "${COMPREPLY[@]}"'
        p = subprocess.run(["bash", "-c", text, "bash", script, EARSHOT, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        return p.stdout.decode().split()
    for words, wanted in ((("",), {"audit", "compare", "explain", "rules", "plan", "inventory"}), (("com",), {"compare"}),
                          (("explain", "sig-00"), {"SIG-001", "SIG-009"}), (("explain", "SRTP-"), {"SRTP-001"}),
                          (("explain", "contact"), {"contact-center"}), (("audit", "--wai"), {"--waivers", "--waivers-as-of"}),
                          (("audit", "--fail-on", "h"), {"high"}), (("compare", "-f", "m"), {"markdown"}),
                          (("rules", "list", "--cl"), {"--class"}), (("rules", "l"), {"list"}),
                          (("inventory", "draft", "--bp"), {"--bpf"}),
                          (("audit", os.path.join(SAMPLES, "udp-rtp-direct", "ali")), {CALL})):
        got = complete(*words)
        expect("completion of %s: %s" % (" ".join(words), got), wanted <= set(got) and
               (len(words[-1]) < 3 or all(g.lower().startswith(words[-1].lower()) for g in got)))


def plans(tmp):
    path = os.path.join(tmp, "report.json")
    shown = os.path.join(SAMPLES, "udp-dtls-proxy", "alice.pcap.gz")

    def made(*more):
        with open(path, "wb") as f:
            f.write(run("audit", "-f", "json", *more, shown).stdout)
    made("--redact", "none")
    p = run("plan", path)
    expect("a plan names both access links", p.returncode == 0 and
           b"access links of 10.77.1.10 and of 10.77.2.10" in b" ".join(p.stdout.split()), p)
    p = run("plan", "-f", "json", path)
    d = report(p)
    expect("a plan as JSON", p.returncode == 0 and d and d["schema"] == "earshot.plan/1" and d["plan"], p)
    for item in d["plan"] if d else []:
        for c in item["captures"]:
            q = run("audit", "--bpf", c["filter"], "-f", "json", shown)
            whole = run("audit", "-f", "json", shown)
            same = q.returncode == whole.returncode
            expect("its filter keeps what the calls need: " + c["filter"], same or "10.77.1.10" not in c["filter"], q)
    expect("the same plan again", run("plan", "-f", "json", path).stdout == p.stdout)
    out = os.path.join(tmp, "plan.txt")
    p = run("plan", "-o", out, path)
    expect("plan -o", p.returncode == 0 and os.path.getsize(out) and not p.stdout, p)
    with open(path, "rb") as f:
        expect("a report from standard input", run("plan", "-", stdin=f).returncode == 0)
    made()
    p = run("plan", path)
    expect("a masked report gives masked commands", p.returncode == 0 and b"ADDRESS-OF-endpoint-1" in p.stdout and
           b"10.77.1.10" not in p.stdout and b"--redact none" in p.stdout, p)
    for words, want in ((("plan",), 2), (("plan", "--help"), 0), (("plan", "-f", "html", path), 2),
                        (("plan", "-x", path), 2), (("plan", path, path), 2), (("plan", "-f"), 2),
                        (("plan", os.path.join(tmp, "none.json")), 3), (("plan", CALL), 3),
                        (("plan", "-o", os.path.join(tmp, "no", "plan.txt"), path), 5)):
        p = run(*words)
        expect("%s: exit %d" % (" ".join(words), want), p.returncode == want and (want == 0 or p.stderr), p)


def clocks():
    for value in ("0", "31", "x", "1s"):
        code("--skew %s is wrong usage" % value, 2, "--skew", value, CALL, says="0.1 to 30")
    taps = [x + "=" + QUIET.replace("alice", x) for x in ("alice", "bob")]

    def same(*more):
        calls = (report(run("audit", "-f", "json", *more, *taps)) or {}).get("calls", [])
        return sum(f["rule"] == "B2B-005" and f["outcome"] == "satisfied" for c in calls for f in c["findings"])
    expect("packets are known again by clocks a second and a half apart", same("--offset", "bob=1.5"))
    expect("and not by clocks six seconds apart", not same("--offset", "bob=-6"))
    expect("unless --skew says so", same("--offset", "bob=-6", "--skew", "8"))


def privacy():
    p = run("audit", "-f", "json", "--redact", "none", CALL)
    users = {c["from"] for c in report(p)["calls"]} if report(p) else set()
    masked = run("audit", "-f", "json", CALL).stdout.decode()
    expect("mask hides the users", users and not any(u.split("@")[0] and u in masked for u in users))
    keys = os.path.join(SAMPLES, "hold-resume", "alice.pcap.gz")
    with gzip.open(keys, "rb") as f:
        raw = f.read()
    secrets = {raw[i + 7:i + 47] for i in range(len(raw)) if raw.startswith(b"inline:", i)}
    for form in ("text", "json", "ndjson", "html"):
        for mode in ("none", "mask"):
            out = run("audit", "-f", form, "--redact", mode, "-v", keys).stdout
            expect("no key in %s with --redact %s" % (form, mode), secrets and not any(s in out for s in secrets))


def readme():
    """the report that README.md shows is the one that its command gives"""
    path = os.path.join(SAMPLES, "..", "README.md")
    if not os.path.exists(path):
        return
    with open(path, encoding="utf-8") as f:
        shown = re.search(r"earshot audit (samples/\S+)\n\n```\n(.*?)```", f.read(), re.S)
    p = run("audit", os.path.join(SAMPLES, "..", shown[1])) if shown else None
    expect("README.md shows another report than `earshot audit %s` gives: paste it anew" % (shown and shown[1]),
           p and p.stdout.decode() == shown[2])


def confinement():
    """what a run gives up before it reads is no part of its report, except where it was told to keep it"""
    capture = os.path.join(SAMPLES, "busy-486", "alice.pcap.gz")
    inside = run("audit", "-f", "json", capture)
    outside = run("audit", "-f", "json", "--no-sandbox", capture)
    kept = json.loads(outside.stdout)
    expect("--no-sandbox stands in the report", kept["tool"].pop("sandbox", None) == "off", outside)
    expect("and is all that differs", kept == json.loads(inside.stdout))
    shown = run("audit", "--no-sandbox", capture)
    expect("the terminal says it too", b"--no-sandbox" in shown.stdout, shown)
    expect("a confined run says nothing", b"sandbox" not in run("audit", "-v", capture).stdout)


def on_terminal(*words, pause=0.8, env=None):
    """standard error of an audit whose capture comes in two pieces, when that is a terminal"""
    with gzip.open(os.path.join(SAMPLES, "busy-486", "alice.pcap.gz")) as f:
        raw = f.read()
    try:
        master, slave = os.openpty()
    except OSError:
        return None
    p = subprocess.Popen([EARSHOT, "audit", "-f", "json", *words, "-"], stdin=subprocess.PIPE,
                         stdout=subprocess.DEVNULL, stderr=slave, env={**os.environ, "TERM": "xterm", **(env or {})})
    os.close(slave)
    for piece in (raw[:2000], raw[2000:3000], raw[3000:]):
        p.stdin.write(piece)
        p.stdin.flush()
        time.sleep(pause)
    p.stdin.close()
    p.wait()
    seen = b""
    try:
        while True:
            more = os.read(master, 65536)
            if not more:
                break
            seen += more
    except OSError:
        pass
    os.close(master)
    return seen


def progress():
    seen = on_terminal()
    if seen is None:
        print("front door: progress skipped, no terminal can be made here")
        return
    expect("a terminal sees how far it is", b" packets, " in seen and b"B/s" in seen)
    expect("and the line is gone at the end", seen.endswith(b"\r\x1b[K"))
    expect("not when told to be quiet", on_terminal("-q") == b"")
    expect("nor on a terminal that cannot", on_terminal(env={"TERM": "dumb"}) == b"")
    expect("nor anywhere else", not run("audit", "-f", "json", CALL).stderr)


def main():
    tmp = tempfile.mkdtemp()
    try:
        usage()
        inputs(tmp)
        outputs(tmp)
        gates(tmp)
        asserted(tmp)
        policies(tmp)
        packs(tmp)
        where(tmp)
        frameworks(tmp)
        questions()
        drafts(tmp)
        earlier(tmp)
        waivers(tmp)
        compares(tmp)
        explains(tmp)
        completes()
        plans(tmp)
        clocks()
        privacy()
        confinement()
        progress()
        readme()
    finally:
        shutil.rmtree(tmp)
    print("front door: %d checks passed, %d failed" % (passed, failed))
    sys.exit(1 if failed else 0)


main()
