"""formats.py - every format for machines, over every sample and every scenario of the lab.

usage: formats.py EARSHOT SAMPLES LAB TOOLS     LAB may not exist; TOOLS is filled by `make deps-test`
"""
import csv
import glob
import io
import json
import os
import sys
import tempfile
import xml.etree.ElementTree
from concurrent.futures import ProcessPoolExecutor

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import formats_check  # noqa: E402
from formats_check import FORMATS, audit, lines_of, load  # noqa: E402

EARSHOT, SAMPLES = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
LAB, TOOLS = os.path.abspath(sys.argv[3]), os.path.abspath(sys.argv[4])


def runs():
    """name, folder, inputs, options"""
    for path in sorted(glob.glob(os.path.join(SAMPLES, "*", "expect.json"))):
        with open(path) as f:
            expect = json.load(f)
        for n, run in enumerate(expect["runs"]):
            yield "%s %d" % (expect["scene"], n), os.path.dirname(path), run["inputs"], run.get("options", [])
    for folder in sorted(glob.glob(os.path.join(LAB, "*", ""))):
        inputs = sorted(os.path.basename(x) for x in glob.glob(folder + "*.pcap*") if "any" not in os.path.basename(x))
        if inputs:
            yield "lab " + os.path.basename(folder[:-1]), folder, inputs, []


def look(run):
    """what is wrong with the formats of one run"""
    name, folder, inputs, options = run
    global tools
    if "tools" not in globals():
        tools = formats_check.Tools(TOOLS)
    with tempfile.TemporaryDirectory() as tmp:
        base = os.path.join(tmp, "r")
        code, said = audit(EARSHOT, folder, base, inputs, *options)
        if code not in (0, 1, 3, 4):
            return ["exit %d %s" % (code, said[:300])]
        return list(formats_check.complaints(tools, base))[:10]


# ---- what one must not be able to read out of a format -------------------------------------

class Scene:
    """one run in all formats, for tests that look closer"""

    def __init__(self, tmp, name, inputs, *options):
        base = os.path.join(tmp, "scene")
        self.code, self.said = audit(EARSHOT, os.path.join(SAMPLES, name), base, inputs, *options)
        self.wrong = list(formats_check.complaints(formats_check.Tools(TOOLS), base))
        self.text = load(base)
        self.report = json.loads(self.text["json"])

    def cases(self, tag=None):
        for c in xml.etree.ElementTree.fromstring(self.text["junit"]).iter("testcase"):
            if tag is None or c.find(tag) is not None:
                yield c

    def results(self):
        return json.loads(self.text["sarif"])["runs"][0]["results"]


def write(tmp, name, what):
    path = os.path.join(tmp, name)
    with open(path, "w" if isinstance(what, str) else "wb") as f:
        f.write(what)
    return path


def requirements(tmp):
    """a requirement that was not seen to hold fails, and so does what it depends on"""
    s = Scene(tmp, "zrtp-direct", ["alice=alice.pcap.gz"], "--require", "media=pass", "--require", "signaling=pass")
    failed = {(c.get("classname"), c.get("name")): c.find("failure").get("type") for c in s.cases("failure")}
    yield "not seen is a failure", failed.get(("policy baseline", "media=pass")) == "not-observed"
    yield "refuted is a failure", failed.get(("policy baseline", "signaling=pass")) == "refuted"
    media = [c for c in s.cases() if c.get("name") == "media"]
    yield "what is partial fails where it is required", media and media[0].find("failure").get("type") == "partial"
    yield "they are told in Markdown", "was not seen to hold" in s.text["markdown"] and "does not hold" in s.text["markdown"]
    yield "every format is as it should be", not s.wrong
    s = Scene(tmp, "zrtp-direct", ["alice=alice.pcap.gz"])
    media = [c for c in s.cases() if c.get("name") == "media"]
    yield "and is skipped, never passed, where it is not", media and media[0].find("skipped") is not None


def nothing(tmp):
    """a capture without a packet passes nowhere"""
    with open(os.path.join(SAMPLES, "udp-rtp-direct", "alice.pcap"), "rb") as f:
        path = write(tmp, "empty.pcap", f.read(24))
    s = Scene(tmp, "udp-rtp-direct", [path])
    yield "exit 4", s.code == 4
    gate = [c.find("failure") for c in s.cases("failure") if c.get("name") == "gate"]
    yield "JUnit fails", gate and gate[0].get("type") == "not-observed"
    kinds = {r["kind"] for r in s.results()}
    yield "SARIF has three open results", kinds == {"open"} and len(s.results()) == 3
    yield "OCSF says Warning", {d["compliance"]["status_id"] for d in lines_of(s.text["ocsf"])} == {2}
    yield "Markdown says so", "nothing to judge" in s.text["markdown"]
    yield "the rest is empty", s.text["ecs"] == s.text["cef"] == "" and s.text["csv"].count("\n") == 1
    yield "every format is as it should be", not s.wrong


def damaged(tmp):
    with open(os.path.join(SAMPLES, "udp-rtp-direct", "alice.pcap"), "rb") as f:
        path = write(tmp, "cut.pcap", f.read()[:-7])
    s = Scene(tmp, "udp-rtp-direct", [path])
    yield "a capture cut short is an error in JUnit", [c for c in s.cases("error") if c.get("name") == "cut.pcap"]
    call = json.loads(s.text["sarif"])["runs"][0]["invocations"][0]
    yield "and in SARIF", not call["executionSuccessful"] and call["toolExecutionNotifications"]
    yield "and in Markdown", "| **no** |" in s.text["markdown"]
    yield "every format is as it should be", not s.wrong


def waived(tmp):
    """what somebody answers for is marked, and nowhere left out"""
    inputs = ["alice=alice.pcap.gz"]
    before = Scene(tmp, "zrtp-direct", inputs)
    rules = sorted({p["rule"] for p in before.report["problems"]})
    waivers = write(tmp, "waivers.json", json.dumps({
        "schema": "earshot.waivers/1",
        "waivers": [{"rule": r, "reason": "phones of the old ward", "owner": "voice team", "expires": "2099-01-31"} for r in rules]}))
    s = Scene(tmp, "zrtp-direct", inputs, "--waivers", waivers)
    n = len(s.report["problems"])
    yield "there is something to waive", n and "waivers" not in s.said
    problems = [r for r in s.results() if r["ruleId"] not in formats_check.CONDITIONS]
    yield "SARIF: suppressed, with the reason", len(problems) == n and all(
        "phones of the old ward" in r["suppressions"][0]["justification"] for r in problems)
    yield "JUnit: skipped, with the reason", len([
        c for c in s.cases("skipped") if "phones of the old ward" in c.find("skipped").get("message")]) >= n
    rows = list(csv.DictReader(io.StringIO(s.text["csv"])))
    yield "CSV: in columns of their own", all(r["waived_rules"] and not r["rules"] for r in rows)
    ecs = [d for d in lines_of(s.text["ecs"]) if d["event"]["kind"] != "state"]
    yield "ECS: no alert, the reason beside", len(ecs) == n and all(
        d["event"]["kind"] == "event" and d["earshot"]["waived_by"]["owner"] == "voice team" for d in ecs)
    ocsf = [d for d in lines_of(s.text["ocsf"]) if d["compliance"]["control"] in rules]
    yield "OCSF: suppressed, and still failed", len(ocsf) == n and all(
        d["status"] == "Suppressed" and d["compliance"]["status_id"] == 3 for d in ocsf)
    gitlab = [i for i in json.loads(s.text["gitlab"]) if i["check_name"] in rules]
    yield "GitLab: info, with the reason", len(gitlab) == n and all(
        i["severity"] == "info" and i["description"].startswith("waived (phones") for i in gitlab)
    yield "Markdown: in the table", s.text["markdown"].count("| waived |") == n
    yield "OSCAL: noted", s.text["oscal"].count('"waived-until"') == n
    yield "CEF: of severity 0, with the reason", len([
        x for x in formats_check.cef(s.text["cef"]) if x["ext"].get("cs6") == "phones of the old ward"]) == n
    yield "metrics: counted", "earshot_waived_findings " in s.text["metrics"] and "problems_waived{" in s.text["metrics"]
    yield "conditions are what they were", formats_check.from_json(s.text["json"]) == formats_check.from_json(before.text["json"])
    yield "every format is as it should be", not s.wrong


def compared(tmp):
    """what an earlier report knew is not opened again"""
    inputs = ["alice=alice.pcap.gz"]
    before = Scene(tmp, "zrtp-direct", inputs)
    earlier = write(tmp, "earlier.json", before.text["json"])
    s = Scene(tmp, "zrtp-direct", inputs, "--baseline", earlier)
    states = {r.get("baselineState") for r in s.results() if r["ruleId"] not in formats_check.CONDITIONS}
    yield "SARIF: unchanged", states == {"unchanged"}
    actions = {d["event"].get("action") for d in lines_of(s.text["ecs"]) if d["event"]["kind"] != "state"}
    yield "ECS: known", actions == {"known"}
    ids = [{r["partialFingerprints"]["primaryLocationLineHash"] for r in x.results()} for x in (before, s)]
    yield "fingerprints stay", ids[0] == ids[1]
    yield "every format is as it should be", not s.wrong


def passes(tmp):
    """a pass is a pass in every format, and only where it is one"""
    taps = [{"label": x, "place": "access"} for x in ("alice", "bob")]
    inventory = write(tmp, "network.json", json.dumps({"schema": "earshot.inventory/1", "taps": taps}))
    s = Scene(tmp, "tls-dtls-direct", ["alice=alice.pcap.gz", "bob=bob.pcap.gz"], "--inventory", inventory)
    counts = formats_check.from_json(s.text["json"])
    yield "media and keys pass, signaling does not", [counts[c]["pass"] for c in formats_check.CONDITIONS] == [0, 1, 1]
    passed = {c.get("name") for c in s.cases() if not len(c) and c.get("name") in formats_check.CONDITIONS}
    yield "JUnit", passed == {"keys", "media"}
    yield "ECS: what is open in part is not a success", [
        d["event"]["outcome"] for d in lines_of(s.text["ecs"]) if d["event"]["kind"] == "state"] == ["unknown"]
    yield "every format is as it should be", not s.wrong


# A change to the text of a format that must not go unseen.
CHANGES = {
    "json": [('"kind":"call"', '"kind":"cal"')], "ndjson": [('{"run":"', '{"rn":"')],
    "text": [("  signaling  FAIL", "  signaling  PASS")],
    "sarif": [('"kind":"fail"', '"kind":"bad"'), ('"calls":3}', '"calls":4}'), ('"level":"none"', '"level":"note"')],
    "junit": [("</testcase>", "</testcas>"), ('tests="3"', 'tests="4"')],
    "csv": [('"fail"', '"pass"'), ("\r\n", "\n"), (',"', ',"="')],
    "ecs": [('"state"', '"stat"'), ('"outcome":"unknown"', '"outcome":"success"')],
    "ocsf": [('"status_id":2,', '"status_id":1,'), ('"class_uid":2003', '"class_uid":2002')],
    "gitlab": [("blocker", "worst"), ("fail in 3", "fail in 2")], "markdown": [("| 0 | 1 |", "| 1 | 0 |")],
    "oscal": [("not-satisfied", "satisfied"), ('"objective-id"', '"objective id"'), ('"href":"#', '"href":"#0')],
    "cef": [(" cs1=", " cs1=a=b "), ("CEF:0|", "CEF:0")], "metrics": [("# HELP", "# HLP"), ('"fail"} 3', '"fail"} 2')],
}


def seen(tmp):
    """the checks see what is wrong: each of these changes is complained of"""
    base = os.path.join(tmp, "r")
    audit(EARSHOT, os.path.join(SAMPLES, "udp-sdes-proxy"), base, ["alice=alice.pcap.gz", "bob=bob.pcap.gz"])
    tools, texts = formats_check.Tools(TOOLS), load(base)
    yield "nothing is wrong yet", not list(formats_check.complaints(tools, base))
    for name, changes in CHANGES.items():
        for before, after in changes:
            changed = texts[name].replace(before, after)
            with open(base + FORMATS[name], "w", newline="") as f:
                f.write(changed)
            yield "%s with %r" % (name, after), changed != texts[name] and list(formats_check.complaints(tools, base))
        with open(base + FORMATS[name], "w", newline="") as f:
            f.write(texts[name])


def again(tmp):
    """the same captures, the same bytes"""
    first = Scene(tmp, "udp-sdes-proxy", ["alice=alice.pcap.gz", "bob=bob.pcap.gz"])
    second = Scene(tmp, "udp-sdes-proxy", ["bob=bob.pcap.gz", "alice=alice.pcap.gz"], "-j1")
    for name in FORMATS:
        yield name + " again", first.text[name] == second.text[name]


def main():
    missing = list(formats_check.missing_tools(TOOLS))
    if missing:
        print("formats: %s not here; `make deps-test` brings what is missing" % ", ".join(missing))
        return 1
    bad, every = 0, list(runs())
    with ProcessPoolExecutor(2) as pool:
        for run, wrong in zip(every, pool.map(look, every)):
            bad += bool(wrong)
            for w in wrong:
                print("formats: %s: %s" % (run[0], w))
    tests = failed = 0
    for part in (requirements, nothing, damaged, waived, compared, passes, seen, again):
        with tempfile.TemporaryDirectory() as tmp:
            for name, good in part(tmp):
                tests, failed = tests + 1, failed + (not good)
                if not good:
                    print("formats: %s: %s" % (part.__name__, name))
    if not os.path.isdir(LAB):
        print("formats: scenarios of the lab skipped, they are not here")
    print("formats: %d runs in %d formats, %d wrong; %d further tests passed, %d failed" % (
        len(every), len(FORMATS), bad, tests - failed, failed))
    return 1 if bad or failed or not every else 0


if __name__ == "__main__":
    sys.exit(main())
