"""formats_check.py - holds the formats of one report to what others say of them, and to each other.

`audit` writes every format of one run; `complaints` yields what is wrong with them. Validators
are independent of the program where there are any: the published schema of SARIF, xmllint,
promtool, csv of Python; for the others tests/schema/*.json, small tables of our own with the
version they are of.
"""
import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree

HERE = os.path.dirname(os.path.abspath(__file__))
SCHEMAS = os.path.join(HERE, "..", "schema")
sys.path.insert(0, SCHEMAS)
import validate  # noqa: E402

import jsonschema  # noqa: E402

FORMATS = {"text": ".txt", "json": ".json", "ndjson": ".ndjson", "sarif": ".sarif", "junit": ".xml",
           "csv": ".csv", "ecs": ".ecs.ndjson", "ocsf": ".ocsf.ndjson", "gitlab": ".gitlab.json",
           "markdown": ".md", "oscal": ".oscal.json", "cef": ".cef", "metrics": ".prom"}
CONDITIONS = ("signaling", "keys", "media")
COUNTED = ("pass", "fail", "not_observable")
SAID = {"not observable": "not_observable", "not applicable": "not_applicable"}


class Tools:
    """schemas read once, and programs found once"""

    def __init__(self, folder):
        self.folder = folder
        self.whole, self.call = validate.validators()
        with open(os.path.join(folder, "sarif-2.1.0.json"), encoding="utf-8") as f:
            schema = json.load(f)
        self.sarif = jsonschema.validators.validator_for(schema)(schema)
        formats = jsonschema.FormatChecker()
        for name in ("gitlab", "ocsf", "ecs", "oscal"):
            with open(os.path.join(SCHEMAS, name + ".json"), encoding="utf-8") as f:
                schema = json.load(f)
            kind = jsonschema.Draft202012Validator
            kind.check_schema(schema)
            setattr(self, name, kind(schema, format_checker=formats))
        own = os.path.join(folder, "promtool")
        self.promtool = own if os.path.exists(own) else shutil.which("promtool")
        self.xmllint = shutil.which("xmllint")


def missing_tools(folder):
    """what `make deps-test` would bring"""
    if not os.path.exists(os.path.join(folder, "sarif-2.1.0.json")):
        yield "the schema of SARIF"
    if not shutil.which("xmllint"):
        yield "xmllint"
    if not os.path.exists(os.path.join(folder, "promtool")) and not shutil.which("promtool"):
        yield "promtool"
    if not shutil.which("cmark-gfm"):
        yield "cmark-gfm"


def audit(earshot, folder, base, inputs, *options):
    """every format of one run beside `base`; the exit code and what was said"""
    words = [x for f in FORMATS for x in ("-f", f)]
    p = subprocess.run([earshot, "audit", *words, "-v", "--all-as", base, *options, *inputs], cwd=folder,
                       stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=300)
    return p.returncode, p.stderr.decode(errors="replace")


def load(base):
    """the text of each format, by name; decoding is strict"""
    texts = {}
    for name, ending in FORMATS.items():
        with open(base + ending, encoding="utf-8", errors="strict", newline="") as f:
            texts[name] = f.read()
    return texts


def lines_of(text):
    return [validate.read(x) for x in text.split("\n") if x]


# ---- the same numbers in all ---------------------------------------------------------------

def none():
    return {c: dict.fromkeys(COUNTED, 0) for c in CONDITIONS}


def add(counts, condition, verdict, n=1):
    verdict = SAID.get(verdict, verdict)
    if verdict in COUNTED:
        counts[condition][verdict] += n


def from_json(text):
    counts = none()
    for c, one in json.loads(text)["summary"]["conditions"].items():
        for v in COUNTED:
            counts[c][v] = one["counts"][v]
    return counts


def from_ndjson(text):
    counts = none()
    for call in lines_of(text):
        for c in CONDITIONS:
            add(counts, c, call["conditions"][c]["verdict"])
    return counts


def from_text(text):
    counts = none()
    for c, v in re.findall(r"^  (signaling|keys|media) +(PASS|FAIL|NOT OBSERVABLE)(?:  |$)", text, re.M):
        add(counts, c, v.lower())
    return counts


def from_sarif(text):
    counts = none()
    kinds = {"pass": "pass", "fail": "fail", "not_observable": "open", "partial": "open", "suspect": "review",
             "not_applicable": "notApplicable"}
    for r in json.loads(text)["runs"][0]["results"]:
        if r["ruleId"] in CONDITIONS:
            p = r["properties"]
            assert r["kind"] == kinds[p["verdict"]], r
            add(counts, r["ruleId"], p["verdict"], p["calls"])
    return counts


def from_junit(text):
    counts = none()
    for case in xml.etree.ElementTree.fromstring(text).iter("testcase"):
        if case.get("name") not in CONDITIONS:
            continue
        if not len(case):
            add(counts, case.get("name"), "pass")
            continue
        said = re.match("(FAIL|NOT OBSERVABLE|PARTIAL|SUSPECT):", case[0].get("message"))
        add(counts, case.get("name"), said.group(1).lower())
        assert (case[0].tag == "failure") >= (said.group(1) == "FAIL"), case[0].get("message")
    return counts


def from_csv(text):
    counts = none()
    for row in csv.DictReader(io.StringIO(text)):
        for c in CONDITIONS:
            add(counts, c, row[c])
    return counts


def from_ecs(text):
    counts = none()
    outcomes = {"pass": "success", "fail": "failure"}
    for doc in lines_of(text):
        if doc["event"]["kind"] != "state":
            continue
        for c in CONDITIONS:
            one = doc["earshot"][c]
            assert one["outcome"] == outcomes.get(one["verdict"], "unknown"), one
            add(counts, c, one["verdict"])
    return counts


def from_ocsf(text):
    counts = none()
    for doc in lines_of(text):
        if doc["compliance"]["control"] in CONDITIONS:
            add(counts, doc["compliance"]["control"], doc["compliance"]["status_code"], doc["count"])
    return counts


def from_gitlab(text):
    counts = none()
    for issue in json.loads(text):
        if issue["check_name"] in CONDITIONS:
            for v, n in re.findall(r"([a-z ]+?) in (\d+)", issue["description"].split("(", 1)[1]):
                add(counts, issue["check_name"], v.strip(), int(n))
    return counts


def from_markdown(text):
    counts = none()
    names = ("pass", "partial", "not_observable", "suspect", "fail", "not_applicable")
    for row in re.findall(r"^\| (signaling|keys|media) \|[^|]*\|((?: \d+ \|){6})$", text, re.M):
        for v, n in zip(names, re.findall(r"\d+", row[1])):
            add(counts, row[0], v, int(n))
    return counts


def from_oscal(text):
    counts = none()
    for o in json.loads(text)["assessment-results"]["results"][0]["observations"]:
        p = {x["name"]: x["value"] for x in o["props"]}
        if "condition" in p:
            add(counts, p["condition"], p["verdict"], int(p["calls"]))
    return counts


def from_cef(text):
    counts = none()
    for line in cef(text):
        if line["class"] == "call":
            for n in (1, 2, 3):
                add(counts, line["ext"]["cs%dLabel" % n], line["ext"]["cs%d" % n])
    return counts


def from_metrics(text):
    counts = none()
    for c, v, n in re.findall(r'^earshot_condition_calls{condition="(\w+)",verdict="(\w+)"} (\d+)$', text, re.M):
        add(counts, c, v, int(n))
    return counts


# ---- each by itself ------------------------------------------------------------------------

# The keys of ArcSight's dictionary that are used; values have no bare "=" and no line break.
CEF_KEYS = {"cat", "rt", "start", "end", "externalId", "suser", "duser", "shost", "dhost", "outcome", "cnt", "msg",
            "cn1", "cn1Label"} | {"cs%d%s" % (n, x) for n in range(1, 7) for x in ("", "Label")}


def cef(text):
    """each line in its parts"""
    for line in text.split("\n")[:-1]:
        parts = re.split(r"(?<!\\)(?:\\\\)*\|", line, maxsplit=7)
        assert len(parts) == 8 and parts[0] == "CEF:0", line
        assert re.fullmatch(r"10|[0-9]", parts[6]), line
        keys = list(re.finditer(r"(?:^| )([A-Za-z0-9]+)=", parts[7]))
        ext = {}
        for k, after in zip(keys, keys[1:] + [None]):
            value = parts[7][k.end():after.start() if after else len(parts[7])]
            assert not re.search(r"(?<!\\)(?:\\\\)*=", value) or value.count("=") == value.count("\\="), line
            assert k.group(1) not in ext, "%s twice: %s" % (k.group(1), line)
            ext[k.group(1)] = value
        yield {"class": parts[4], "name": parts[5], "ext": ext}


def cef_complaints(text):
    if text and not text.endswith("\n"):
        yield "the last line is not ended"
    for line in cef(text):
        for k in set(line["ext"]) - CEF_KEYS:
            yield "unknown key %s" % k
        for n in range(1, 7):
            if ("cs%d" % n in line["ext"]) != ("cs%dLabel" % n in line["ext"]):
                yield "cs%d and its label go together" % n


def sarif_complaints(tools, log):
    yield from validate.complaints(tools.sarif, log, "")
    run = log["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    prints = [r["partialFingerprints"]["primaryLocationLineHash"] for r in run["results"]]
    if len(set(prints)) != len(prints):
        yield "two results share a fingerprint"
    for r in run["results"]:
        if rules[r["ruleIndex"]]["id"] != r["ruleId"]:
            yield "ruleIndex of %s" % r["ruleId"]
        if (r["level"] == "none") != (r["kind"] != "fail"):
            yield "level %s of kind %s" % (r["level"], r["kind"])
        if not r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] and run["artifacts"]:
            yield "a result without a place"
    for rule in rules:
        if not 0 <= float(rule["properties"]["security-severity"]) <= 10 or "security" not in rule["properties"]["tags"]:
            yield "metadata of %s" % rule["id"]


def junit_complaints(tools, path, text):
    p = subprocess.run([tools.xmllint, "--noout", path], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if p.returncode:
        yield p.stdout.decode(errors="replace")[:300]
        return
    for suite in xml.etree.ElementTree.fromstring(text).iter("testsuite"):
        cases = list(suite.iter("testcase"))
        want = {"tests": len(cases)}
        for tag, key in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
            want[key] = sum(len(c.findall(tag)) for c in cases)
        for key, n in want.items():
            if suite.get(key) != str(n):
                yield "%s of '%s': %s instead of %d" % (key, suite.get("name"), suite.get(key), n)
        for c in cases:
            if set(c.keys()) != {"classname", "name"} or len(c) > 1:
                yield "testcase %s" % c.attrib


def csv_complaints(text, calls):
    rows = list(csv.reader(io.StringIO(text), strict=True))
    if len(rows) != calls + 1 or not text.endswith("\r\n") or text.count("\n") != len(rows):
        yield "%d rows in %d lines for %d calls" % (len(rows), text.count("\n"), calls)
    for row in rows:
        if len(row) != len(rows[0]):
            yield "%d columns instead of %d" % (len(row), len(rows[0]))
        for cell in row:
            if re.match(r"\s*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]", cell):
                yield "a formula: %r" % cell[:60]


def metrics_complaints(tools, text):
    p = subprocess.run([tools.promtool, "check", "metrics"], input=text.encode(), stdout=subprocess.PIPE,
                       stderr=subprocess.STDOUT)
    if p.returncode or p.stdout:
        yield p.stdout.decode(errors="replace")[:300]
    labels = set(re.findall(r'[{,](\w+)="', text))
    for label in labels - {"condition", "verdict", "rule", "severity", "label", "class"}:
        yield "label %s" % label


def oscal_complaints(tools, doc):
    yield from validate.complaints(tools.oscal, doc, "")
    whole = doc["assessment-results"]
    text = json.dumps(doc)
    made = re.findall(r'"uuid": "([^"]+)"', text)
    if len(set(made)) != len(made):
        yield "two things share a UUID"
    for used in re.findall(r'"(?:observation-uuid": "|href": "#)([^"]+)"', text):
        if used not in made:
            yield "nothing is called %s" % used
    if "satisfied" in [f["target"]["status"]["state"] for f in whole["results"][0].get("findings", [])]:
        yield "a control is said to be satisfied"


def ecs_complaints(tools, docs):
    ids = [d["event"]["id"] for d in docs]
    if len(set(ids)) != len(ids):
        yield "two documents share an id"
    for d in docs:
        yield from validate.complaints(tools.ecs, d, "")
        if d["event"]["kind"] == "alert" and d["earshot"]["class"] not in ("attack", "exposure"):
            yield "an alert of class %s" % d["earshot"]["class"]


def markdown_complaints(text):
    if re.search(r"[\x00-\x09\x0b-\x1f\x7f]", text):
        yield "a control character"
    if len(text) > 65536:
        yield "longer than a comment may be"


def problem_complaints(texts, report):
    """each problem once where there is one a problem; where not, those that rows speak of"""
    want = {p["problem"]: p for p in report["problems"]}
    whole = len(want) == report["summary"]["problems"]
    got = {
        "sarif": {r["partialFingerprints"].get("earshotProblem/v1") for r in json.loads(texts["sarif"])["runs"][0]["results"]},
        "gitlab": {i["fingerprint"] for i in json.loads(texts["gitlab"]) if i["check_name"] not in CONDITIONS},
        "ecs": {d["earshot"]["problem"] for d in lines_of(texts["ecs"]) if d["event"]["kind"] != "state"},
        "ocsf": {d["finding_info"]["uid"] for d in lines_of(texts["ocsf"]) if d["compliance"]["control"] not in CONDITIONS},
        "cef": {x["ext"]["externalId"] for x in cef(texts["cef"]) if x["class"] != "call"},
        "csv": {x for row in csv.DictReader(io.StringIO(texts["csv"]))
                for x in (row["problems"] + "; " + row["waived_problems"]).split("; ") if x},
    }
    for name, ids in got.items():
        ids.discard(None)
        if whole and ids != set(want):
            yield "%s: problems %s" % (name, sorted(ids ^ set(want))[:3])


def complaints(tools, base):
    """what is wrong with the formats of one run"""
    texts = load(base)
    report = validate.read(texts["json"])
    calls = len(report["calls"])

    def of(name, found):
        try:
            for x in found:
                yield "%s: %s" % (name, x)
        except Exception as e:  # whatever a broken format does to a reader
            yield "%s: %s %s" % (name, type(e).__name__, e)

    def lines(validator, text):
        for doc in lines_of(text):
            yield from validate.complaints(validator, doc, "")

    def whole_lines(text):
        yield from lines(tools.call, text)
        if any(call.get("run") != report["run"] for call in lines_of(text)):
            yield "a line without the run's id"

    def same_counts():
        want = from_json(texts["json"])
        for name in FORMATS:
            got = globals()["from_" + name](texts[name])
            if got != want:
                yield "%s counts %s instead of %s" % (name, got, want)

    yield from of("json", validate.complaints(tools.whole, report, ""))
    yield from of("ndjson", whole_lines(texts["ndjson"]))
    yield from of("sarif", sarif_complaints(tools, validate.read(texts["sarif"])))
    yield from of("junit", junit_complaints(tools, base + FORMATS["junit"], texts["junit"]))
    yield from of("csv", csv_complaints(texts["csv"], calls))
    yield from of("ecs", ecs_complaints(tools, lines_of(texts["ecs"])))
    yield from of("ocsf", lines(tools.ocsf, texts["ocsf"]))
    yield from of("gitlab", validate.complaints(tools.gitlab, validate.read(texts["gitlab"]), ""))
    yield from of("markdown", markdown_complaints(texts["markdown"]))
    yield from of("oscal", oscal_complaints(tools, validate.read(texts["oscal"])))
    yield from of("cef", cef_complaints(texts["cef"]))
    yield from of("metrics", metrics_complaints(tools, texts["metrics"]))
    yield from of("counts", same_counts())
    yield from of("problems", problem_complaints(texts, report))
