"""formats_hostile.py - hostile text in every field changes nothing in the structure of a format.

usage: formats_hostile.py EARSHOT TOOLS

Captures of hostile.py, in parts, with nothing redacted: the strings stand in SIP, SDP, TLS and
certificates, in labels, names of files and an inventory. Each report is held against the one on
the benign twins, in every format.
"""
import csv
import html.parser
import io
import json
import os
import re
import subprocess
import sys
import tempfile
import unicodedata
import xml.etree.ElementTree
from concurrent.futures import ProcessPoolExecutor

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import edit  # noqa: E402
import formats_check  # noqa: E402
import hostile  # noqa: E402

EARSHOT, TOOLS = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
PART = 25  # as many problems as a comment in Markdown shows
NAMES = 20  # other captures beside: as many as it shows of those


def parts(strings):
    for i in range(0, len(strings), PART):
        yield strings[i:i + PART]


def run(folder, strings, names):
    """the texts of all formats, where they stand, and what went wrong"""
    for name in names + [b"main"]:
        with open(os.path.join(os.fsencode(folder), name), "wb") as f:
            f.write(hostile.capture(strings) if name == b"main" else edit.pcap([])[:24])
    with open(os.path.join(folder, "network.json"), "w") as f:
        json.dump(hostile.inventory(strings), f)
    # A label ends at the first "=", and "-" before a name would be an option.
    inputs = [b"./main"] + [name.replace(b"=", b":") + b"=./" + name for name in names]
    base = os.path.join(folder, "out", "r")
    os.mkdir(os.path.join(folder, "out"))
    code, said = formats_check.audit(EARSHOT, folder, base, ["--"] + [os.fsdecode(x) for x in inputs], "--redact", "none",
                                     "--inventory", "network.json")
    wrong = [] if code in (0, 1, 3, 4) else ["exit %d: %s" % (code, said[:300])]
    return formats_check.load(base), base, wrong


# ---- structure -------------------------------------------------------------------------------

def paths(value, at=""):
    """where values stand in JSON: lists count as one place"""
    if isinstance(value, dict):
        for k, v in value.items():
            yield at + "." + k
            yield from paths(v, at + "." + k)
    elif isinstance(value, list):
        for v in value:
            yield from paths(v, at + "[]")


def of_json(text):
    return set(paths(json.loads(text)))


def of_lines(text):
    return set().union(*(set(paths(x)) for x in formats_check.lines_of(text)))


def of_xml(text):
    return {(e.tag, tuple(sorted(e.keys()))) for e in xml.etree.ElementTree.fromstring(text).iter()}


class Page(html.parser.HTMLParser):
    """elements and attributes of what Markdown becomes, and the text outside of code"""

    def __init__(self, text):
        super().__init__()
        self.tags, self.rows, self.row, self.code, self.text = set(), [], 0, False, ""
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.add((tag, tuple(sorted(k for k, _ in attributes))))
        self.code |= tag == "code"
        self.row = 0 if tag == "tr" else self.row + (tag in ("td", "th"))

    def handle_endtag(self, tag):
        self.code &= tag != "code"
        if tag == "tr":
            self.rows.append(self.row)

    def handle_comment(self, data):
        self.tags.add(("comment", ()))

    def handle_data(self, data):
        self.text += "" if self.code else data


def page(text):
    p = subprocess.run(["cmark-gfm", "--unsafe", "-e", "table", "-e", "autolink", "-e", "strikethrough", "-e", "tasklist"],
                       input=text.encode(), stdout=subprocess.PIPE, check=True)
    return Page(p.stdout.decode())


def of_metrics(text):
    """names and labels; values of labels that only what was found decides left out"""
    return set(re.findall(r"^(earshot_\w+)", text, re.M)), set(re.findall(r'[{,](\w+)="', text))


STRUCTURE = {"json": of_json, "sarif": of_json, "gitlab": of_json, "oscal": of_json, "ndjson": of_lines, "ecs": of_lines,
             "ocsf": of_lines, "junit": of_xml, "metrics": of_metrics}


def acting(text):
    """characters that a terminal, an editor or a reader of lines would act on"""
    return {hex(ord(c)) for c in set(text) if c != "\n" and (unicodedata.category(c) in ("Cc", "Zl", "Zp") or c in
            "\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff\u061c\ufffe\uffff")}


def forge_marks(p):
    """what a forge makes links of after Markdown is through with it"""
    return re.findall(r"@\w|[#!~%]\w|://|www\.|\w@\w", p.text)


def differences(bad, good):
    for name, structure in STRUCTURE.items():
        got, want = structure(bad[name]), structure(good[name])
        if got != want:
            yield "%s: %s" % (name, sorted(map(str, got ^ want))[:6] if isinstance(got, set) else (got, want))
    for name in formats_check.FORMATS:
        text = bad[name].replace("\r\n", "\n") if name == "csv" else bad[name]
        if acting(text):
            yield "%s: %s" % (name, sorted(acting(text)))
    rows = [list(csv.reader(io.StringIO(t["csv"]))) for t in (bad, good)]
    if [len(r) for r in rows[0]] != [len(r) for r in rows[1]]:
        yield "csv: other rows or columns"
    got, want = page(bad["markdown"]), page(good["markdown"])
    if got.tags != want.tags:
        yield "markdown: %s" % sorted(map(str, got.tags ^ want.tags))
    if got.rows != want.rows:
        yield "markdown: %s instead of %s cells" % (got.rows, want.rows)
    if [t for t, _ in got.tags if t in ("a", "img", "script", "del", "input", "em", "pre", "blockquote", "hr", "comment")]:
        yield "markdown: %s" % got.tags
    if forge_marks(got):
        yield "markdown: %s outside of code" % forge_marks(got)[:3]
    calls = len(json.loads(bad["json"])["calls"])
    for name, events in (("ndjson", 0), ("ecs", "problems"), ("cef", "problems")):
        n = calls + (json.loads(bad["json"])["summary"][events] if events else 0)
        if bad[name].count("\n") != n:
            yield "%s: %d lines instead of %d" % (name, bad[name].count("\n"), n)


def hostile_values(texts, strings):
    """how many of them stand in the report: otherwise nothing was tried"""
    calls = json.loads(texts["json"])["calls"]
    return len({c["from_name"] for c in calls if c["kind"] == "call"} | {c["from"] for c in calls if c["kind"] == "call"}) >= len(strings)


def look(job):
    number, strings, names = job
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        bad, base, wrong = run(one, strings, names)
        good, _, wrong_too = run(two, hostile.twins(strings), [b"plain%d.pcap" % i for i in range(len(names))])
        wrong = wrong + wrong_too + list(formats_check.complaints(formats_check.Tools(TOOLS), base))
    wrong += differences(bad, good)
    if not hostile_values(bad, strings):
        wrong.append("not every string came through")
    return ["part %d: %s" % (number, w) for w in wrong]


def main():
    missing = list(formats_check.missing_tools(TOOLS))
    if missing:
        print("hostile: %s not here; `make deps-test` brings what is missing" % ", ".join(missing))
        return 1
    names = hostile.labels(hostile.STRINGS)
    jobs = [(i, strings, names[i * NAMES:(i + 1) * NAMES]) for i, strings in enumerate(parts(hostile.STRINGS))]
    bad = 0
    with ProcessPoolExecutor(2) as pool:
        for wrong in pool.map(look, jobs):
            bad += bool(wrong)
            for w in wrong[:12]:
                print("hostile: " + w)
    print("hostile: %d strings in %d formats, %d names of files, %d of %d parts wrong" % (
        len(hostile.STRINGS), len(formats_check.FORMATS), len(names), bad, len(jobs)))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
