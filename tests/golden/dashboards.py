#!/usr/bin/env python3
"""dashboards.py - every name in dashboards/ is one that the program emits, and every query runs.

usage: dashboards.py EARSHOT SAMPLES SERVE [TOOLS] [--write] [--picture=PNG]

Calls of the samples become events, tests/net/serve_metrics (SERVE) judges them as a watch does and
serves its metrics. Held against what it says: the Grafana dashboard, the Prometheus rules (checked
and tried by promtool), the searches for OpenSearch and Splunk, and docs/watch-metrics.md. A real
Prometheus then collects from it and answers each query. The status page goes through html-validate,
the Nu checker and, in a browser, axe-core. What is not installed is named and skipped. --write
renews the table of the document, --picture is what the page looks like.
"""
import json
import os
import queue
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

import browser

WRITE = "--write" in sys.argv
PICTURE = next((os.path.abspath(a[10:]) for a in sys.argv if a.startswith("--picture=")), None)
EARSHOT, SAMPLES, SERVE, *REST = [os.path.abspath(a) for a in sys.argv[1:] if not a.startswith("--")]
HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
BOARDS = os.path.join(ROOT, "dashboards")
DOC = os.path.join(ROOT, "docs", "watch-metrics.md")
NPM = os.path.join(ROOT, "build", "npm", "node_modules")
TOOLS = REST[0] if REST else os.path.join(ROOT, "build", "tools")
SCENES = ("udp-rtp-proxy", "udp-sdes-proxy", "tls12-rsa-key", "b2bua-rtp", "udp-dtls-sbc", "downgrade-488")
TIMEOUT, PROMETHEUS_S = 60, 15
failures, done, skipped = [], 0, []


def check(holds, what):
    global done
    done += 1
    if not holds:
        failures.append(what)
        print("dashboards: " + what)


def tool(name):
    for path in (os.path.join(TOOLS, name), shutil.which(name) or ""):
        if path and os.access(path, os.X_OK):
            return path
    skipped.append(name)
    return None


def run(what, command, **more):
    p = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=TIMEOUT, **more)
    check(p.returncode == 0, "%s: %s" % (what, p.stdout.decode(errors="replace")[:1500]))
    return p.stdout.decode(errors="replace")


def read(*path):
    with open(os.path.join(BOARDS, *path), encoding="utf-8") as f:
        return f.read()


# ---- events --------------------------------------------------------------------------------

def calls():
    """records of the samples, as a watch gives them"""
    for n, scene in enumerate(SCENES):
        folder = os.path.join(SAMPLES, scene)
        files = [os.path.join(folder, f) for f in sorted(os.listdir(folder)) if ".pcap" in f]
        out = subprocess.run([EARSHOT, "audit", "-q", "-f", "ndjson", *files], stdout=subprocess.PIPE, timeout=TIMEOUT)
        for line in out.stdout.decode().splitlines():
            c = json.loads(line)
            front = {"run": c["run"], "event": "call", "event_id": "%032x" % (n * 100), "time": c["end"],
                     "severity": "info", "message": c["label"] or c["kind"], "state": "firm", "complete": True,
                     "revision": 2, "supersedes": None, "changed": ["label"] if n == 1 else []}
            yield {**front, **c}


def changed(call, n):
    """the same call once more: another day, another certificate, a listener, a host in between"""
    c = json.loads(json.dumps(call))
    c.update(id="%016x" % (n + 1), time="2026-12-%02dT00:00:00.000000000Z" % (24 + n))
    c["shown"] = [{"kind": "tls", "who": "10.9.9.9:5061", "digest": "%064x" % (n // 2)}]
    c["path"] = {"hosts": [{"at": x} for x in ("10.9.9.1", "10.9.9.%d" % (10 + n), "10.9.9.2")]}
    c["within_earshot"] = [{"who": "10.9.8.%d" % n, "role": "monitor", "could": ["media"], "why": "a copy"}]
    if n > 2:
        c["findings"] = []
    return c


def lines():
    given = list(calls())
    whole = next(c for c in given if c["label"] == "EXPOSED")
    return given, [changed(whole, n) for n in range(6)]


# ---- the program that serves ---------------------------------------------------------------------

class Served:
    def __init__(self, work):
        self.ecs = os.path.join(work, "events.ecs")
        self.p = subprocess.Popen([SERVE, "127.0.0.1:0", self.ecs], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.said = queue.Queue()
        # What it says is read while it is written to: else both would wait.
        threading.Thread(target=self.listen, daemon=True).start()
        self.where = self.said.get(timeout=TIMEOUT)
        self.events = []

    def listen(self):
        for line in self.p.stdout:
            self.said.put(line.decode().rstrip("\n"))
        self.said.put(None)

    def give(self, records):
        self.p.stdin.write("".join(json.dumps(r) + "\n" for r in records).encode() + b"\n")
        self.p.stdin.flush()
        for line in iter(lambda: self.said.get(timeout=TIMEOUT), ""):
            self.events.append(json.loads(line))

    def get(self, path):
        with urllib.request.urlopen("http://%s%s" % (self.where, path), timeout=10) as r:
            return r.read().decode()

    def end(self):
        """the sum of posture comes last"""
        self.p.stdin.close()
        for line in iter(lambda: self.said.get(timeout=TIMEOUT), None):
            self.events.append(json.loads(line))
        check(self.p.wait(timeout=TIMEOUT) == 0, "serve_metrics ended with %s" % self.p.returncode)


# ---- metrics ------------------------------------------------------------------------------------

def metrics_of(text):
    """name: (type, help, labels)"""
    found = {}
    for line in text.splitlines():
        if line.startswith("# HELP "):
            _, _, name, words = line.split(" ", 3)
            found[name] = [None, words, set()]
        elif line.startswith("# TYPE "):
            found[line.split(" ")[2]][0] = line.split(" ")[3]
        elif line:
            name = re.match(r"[a-z_]+", line).group()
            check(name in found, "%s has no HELP" % name)
            found[name][2] |= set(re.findall(r'[{,]([a-z_]+)="', line))
    for name, (kind, _, labels) in found.items():
        check((kind == "counter") == name.endswith("_total"), "%s is a %s" % (name, kind))
        allowed = {"condition", "verdict", "label", "rule", "severity", "state", "source", "output", "reason"}
        more = {"version", "policy"} if name == "earshot_build_info" else set()
        check(labels <= allowed | more, "%s has the labels %s" % (name, sorted(labels)))
    return found


OTHERS = {"up", "ALERTS"}  # Prometheus' own
SCRAPED = {"job", "instance", "alertname", "alertstate"}
WORDS = set("""by without on ignoring group_left group_right and or unless sum min max avg count topk sort increase rate
absent time offset bool""".split())


def named(query, metrics, where):
    """metrics and labels of a query are ones that are served"""
    bare = re.sub(r'"[^"]*"', '""', query)
    bare = re.sub(r"\[[^]]*\]", "", bare)
    for name, inside in re.findall(r"\b([a-zA-Z_][a-zA-Z0-9_]*)\s*(\{[^}]*\})?", bare):
        if name in metrics:
            for label in re.findall(r"([a-z_]+)\s*[=!]", inside):
                check(label in metrics[name][2] | SCRAPED, "%s: %s has no label %s" % (where, name, label))
        elif name.startswith("earshot") or inside and name not in OTHERS and name not in WORDS:
            check(False, "%s: no metric is called %s" % (where, name))
    labels = {x.strip() for part in re.findall(r"\b(?:by|on|ignoring)\s*\(([^)]*)\)", bare) for x in part.split(",")}
    known = set().union(*(m[2] for m in metrics.values())) | SCRAPED
    check(labels <= known, "%s: no metric has %s" % (where, sorted(labels - known)))
    return {n for n in re.findall(r"\bearshot_[a-z_]+", bare)}


def grafana():
    """all queries of the dashboard, as (where, expr)"""
    board = json.loads(read("grafana.json"))
    ids = [p["id"] for p in board["panels"]]
    check(len(ids) == len(set(ids)), "panels of one id")
    variables = {v["name"] for v in board["templating"]["list"]}
    check("datasource" in variables and "__inputs" in board, "the dashboard cannot be imported with a data source")
    found = [(a["name"], a["expr"]) for a in board["annotations"]["list"]]
    for p in board["panels"]:
        for t in p.get("targets", []):
            check(t["datasource"]["uid"] == "${datasource}", "%s has a data source of its own" % p["title"])
            used = set(re.findall(r"\$([a-z]+)\b", t["expr"]))
            check(used <= variables, "%s: no variable %s" % (p["title"], sorted(used - variables)))
            found.append((p["title"], t["expr"]))
            loose = set(re.findall(r"\{\{(\w+)\}\}", t["legendFormat"])) - {"instance"}
            check(all(re.search(r"\b%s\b" % x, t["expr"]) for x in loose), "%s: legend %s" % (p["title"], loose))
    for v in board["templating"]["list"]:
        if v["type"] == "query":
            found.append(("variable " + v["name"], re.match(r"label_values\((.*), \w+\)", v["definition"]).group(1)))
    return [(where, filled(expr)) for where, expr in found]


def filled(expr):
    for name, value in (("$__rate_interval", "10s"), ("$instance", ".*"), ("$source", ".*")):
        expr = expr.replace(name, value)
    return expr


def rules():
    """all expressions of the rules, as (alert, expr)"""
    text = read("prometheus-alerts.yml")
    found = re.findall(r"- alert: (\w+)\n\s+expr: (?:>\n((?:\s{10}.*\n)+)|(.*)\n)", text)
    check(len(found) == text.count("- alert:"), "not every rule was read")
    return [(name, " ".join((block or line).split())) for name, block, line in found]


def promtool(text, work):
    p = tool("promtool")
    if not p:
        return
    run("check rules", [p, "check", "rules", os.path.join(BOARDS, "prometheus-alerts.yml")])
    run("test rules", [p, "test", "rules", os.path.join(BOARDS, "prometheus-alerts-test.yml")])
    run("check config", [p, "check", "config", os.path.join(BOARDS, "prometheus-scrape.yml")])
    run("check metrics", [p, "check", "metrics"], input=text.encode())
    bad = os.path.join(work, "bad.yml")
    with open(bad, "w", encoding="utf-8") as f:
        f.write(read("prometheus-alerts.yml").replace("increase(", "increas("))
    again = subprocess.run([p, "check", "rules", bad], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=TIMEOUT)
    check(again.returncode != 0, "promtool does not see a rule that is wrong")


# ---- the document -------------------------------------------------------------------------------

def table(metrics):
    rows = ["| metric | type | labels | meaning |", "|---|---|---|---|"]
    for name, (kind, words, labels) in metrics.items():
        shown = ", ".join("`%s`" % x for x in sorted(labels))
        rows.append("| `%s` | %s | %s | %s |" % (name, kind, shown, words))
    return "\n".join(rows) + "\n"


def document(metrics):
    with open(DOC, encoding="utf-8") as f:
        text = f.read()
    begin, end = text.index("| metric | type |"), text.index("\n\n", text.index("| metric | type |")) + 1
    if WRITE:
        text = text[:begin] + table(metrics) + text[end:]
        with open(DOC, "w", encoding="utf-8") as f:
            f.write(text)
    check(table(metrics) + "\n" in text, "docs/watch-metrics.md is not of this program: dashboards.py --write renews it")


# ---- searches over events ---------------------------------------------------------------------------

def paths(value, at=""):
    """dotted names of all that an object holds; members of lists count as the list's"""
    if isinstance(value, dict):
        for k, v in value.items():
            name = "%s.%s" % (at, k) if at else k
            yield name
            yield from paths(v, name)
    elif isinstance(value, list):
        for v in value:
            yield from paths(v, at)


def opensearch(documents):
    by_set = {}
    for d in documents:
        by_set.setdefault(d["event"]["dataset"], set()).update(paths(d))
    known = set().union(*by_set.values())
    mapping = json.loads(read("opensearch", "index-template.json"))["template"]["mappings"]["properties"]
    for name, kind in mapped(mapping):
        check(name in known or kind == "ip" and name.rsplit(".", 1)[0] in known, "index template: no document has %s" % name)
    ids = set()
    for line in read("opensearch", "saved-searches.ndjson").splitlines():
        o = json.loads(line)
        ids.add(o["id"])
        check(all(r["id"] in ids for r in o["references"]), "%s refers to what does not stand before it" % o["id"])
        if o["type"] != "search":
            continue
        query = json.loads(o["attributes"]["kibanaSavedObjectMeta"]["searchSourceJSON"])["query"]["query"]
        of = re.search(r'event\.dataset : "([a-z.]+)"', query).group(1)
        check(of in by_set, "%s: no document is of %s" % (o["id"], of))
        fields = set(re.findall(r"([a-z_.]+) :", query)) | set(o["attributes"]["columns"])
        check(fields <= by_set.get(of, set()), "%s: %s has no %s" % (o["id"], of, sorted(fields - by_set.get(of, set()))))


def mapped(properties, at=""):
    for name, what in properties.items():
        here = "%s.%s" % (at, name) if at else name
        if "type" in what:
            yield here, what["type"]
        yield from mapped(what.get("properties", {}), here)


def types_agree(documents):
    """a field that is an object in one document and a word in another is refused by an index"""
    seen = {}
    for d in documents:
        for name, value in leaves(d):
            if value is None:
                continue
            kind = "object" if isinstance(value, dict) else "bool" if isinstance(value, bool) else \
                "number" if isinstance(value, (int, float)) else "text"
            before = seen.setdefault(name, (kind, d["event"]["dataset"]))
            check(before[0] == kind, "%s is %s in %s and %s in %s" % (name, *before, kind, d["event"]["dataset"]))


def leaves(value, at=""):
    if isinstance(value, dict):
        yield at, value
        for k, v in value.items():
            yield from leaves(v, "%s.%s" % (at, k) if at else k)
    elif isinstance(value, list):
        for v in value:
            yield from leaves(v, at)
    else:
        yield at, value


# What of a Splunk search names fields.
def splunk_fields(search):
    head = search.split("|")[0]
    fields = set(re.findall(r"\b([a-z_]+)\s*(?:=|IN)", head)) - {"index", "sourcetype"}
    for part in search.split("|")[1:]:
        words = part.strip()
        if words.startswith("table "):
            fields |= set(re.findall(r"[a-z_]+", words[6:]))
        elif words.startswith(("stats ", "timechart ")):
            fields |= set(re.findall(r"[a-z_]+", words.split(" by ")[1]))
        elif words.startswith("dedup "):
            fields.add(words.split()[1])
        elif words.startswith("where "):
            fields |= set(re.findall(r"\b([a-z_]+)\s*!=", words))
        elif words.startswith("spath path="):
            fields.add(re.match(r"spath path=([a-z_.]+)", words).group(1))
    return fields


def splunk(events):
    by_kind = {}
    for e in events:
        by_kind.setdefault(e["event"], set()).update(e)
        for inner in e.get("worst", []):
            by_kind[e["event"]].update(inner)
    stanzas = re.findall(r"^\[(.+)\]\n((?:\w+ = .*\n?)+)", read("splunk", "savedsearches.conf"), re.M)
    check(len(stanzas) == read("splunk", "savedsearches.conf").count("\n["), "not every search was read")
    for name, body in stanzas:
        search = re.search(r"^search = (.*)$", body, re.M).group(1)
        of = re.search(r'event="(\w+)"', search).group(1)
        check(of in by_kind, "%s: no event is a %s" % (name, of))
        fields = splunk_fields(search)
        check(fields <= by_kind.get(of, set()), "%s: no %s has %s" % (name, of, sorted(fields - by_kind.get(of, set()))))
    props = read("splunk", "props.conf")
    prefix = re.search(r"^TIME_PREFIX = (.*)$", props, re.M).group(1)
    for e in events:
        line = json.dumps(e, separators=(",", ":"))
        at = re.search(prefix, line)
        check(at and line[at.end():].startswith(e["time"]), "the time of a %s is not the first" % e["event"])


# ---- a real Prometheus --------------------------------------------------------------------------------

def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def ask(port, query):
    url = "http://127.0.0.1:%d/api/v1/query?%s" % (port, urllib.parse.urlencode({"query": query}))
    try:
        with urllib.request.urlopen(url, timeout=5) as r:
            return json.load(r)
    except urllib.error.HTTPError as e:
        said = e.read()  # while it starts it answers in words
        return json.loads(said) if said.startswith(b"{") else {"status": "not there"}
    except OSError:
        return {"status": "not there"}


def wait_for(port, query, until):
    while time.monotonic() < until:
        got = ask(port, query)
        if got["status"] == "success" and got["data"]["result"]:
            return True
        time.sleep(0.2)
    return False


def prometheus(served, queries, work):
    p = tool("prometheus")
    if not p:
        return
    port, config = free_port(), os.path.join(work, "prometheus.yml")
    with open(config, "w", encoding="utf-8") as f:
        f.write(read("prometheus-scrape.yml").replace("30s", "1s").replace("127.0.0.1:9469", served.where)
                .replace("- prometheus-alerts.yml", "- " + os.path.join(BOARDS, "prometheus-alerts.yml")))
    child = subprocess.Popen([p, "--config.file=" + config, "--storage.tsdb.path=" + os.path.join(work, "tsdb"),
                              "--web.listen-address=127.0.0.1:%d" % port, "--log.level=error"],
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + PROMETHEUS_S
        check(wait_for(port, 'up{job="earshot"} == 1', until), "Prometheus did not collect from the endpoint")
        served.give(lines()[1][3:])
        rises = wait_for(port, 'increase(earshot_output_lost_total[10s]) > 0', until)
        check(rises, "a counter that rose did not rise in Prometheus")
        answers(port, queries)
    finally:
        child.terminate()
        child.wait(timeout=10)


# Of these there need be none: nothing of the kind happened.
MAY_BE_EMPTY = re.compile(r"> 0|== 0|> 600|> 0\.9|>= 5|absent")


def answers(port, queries):
    for where, query in queries:
        got = ask(port, query)
        check(got["status"] == "success", "%s: %s: %s" % (where, query, got.get("error")))
        if got["status"] == "success" and not MAY_BE_EMPTY.search(query):
            check(got["data"]["result"], "%s: nothing answers %s" % (where, query))
    check(ask(port, "sum(").get("status") == "error", "Prometheus answers what is no query")
    exposed = ask(port, 'earshot_label_calls_total{label="EXPOSED"}')["data"]["result"]
    check(exposed and float(exposed[0]["value"][1]) > 0, "no call is EXPOSED in Prometheus")


# ---- the page -----------------------------------------------------------------------------------------

def page(served, work):
    path = os.path.join(work, "status.html")
    with open(path, "w", encoding="utf-8") as f:
        f.write(served.get("/"))
    script, jar = os.path.join(NPM, ".bin", "html-validate"), os.path.join(NPM, "vnu-jar", "build", "dist", "vnu.jar")
    node, java = shutil.which("node") or shutil.which("nodejs"), shutil.which("java")
    if node and os.path.exists(script):
        # It renews itself on purpose: it is there to be looked at, and holds no input.
        config = os.path.join(work, "htmlvalidate.json")
        with open(os.path.join(ROOT, "tests", "npm", "htmlvalidate.json"), encoding="utf-8") as f:
            rules_of = json.load(f)
        rules_of["rules"]["meta-refresh"] = "off"
        with open(config, "w", encoding="utf-8") as f:
            json.dump(rules_of, f)
        run("html-validate", [node, script, "--config", config, path])
    else:
        skipped.append("html-validate")
    if java and os.path.exists(jar):
        run("the Nu checker", [java, "-Xss4m", "-jar", jar, "--errors-only", path])
    else:
        skipped.append("the Nu checker")
    in_browser(path)


AXE = """axe.run(document, {resultTypes: ["violations"], rules: {"meta-refresh": {enabled: false}}}).then(function (r) {
    return r.violations.map(function (v) { return v.id + ": " + v.nodes.slice(0, 2).map(function (n) {
        return n.html.slice(0, 160); }).join(" | "); }); })"""


def in_browser(path):
    source = os.path.join(NPM, "axe-core", "axe.min.js")
    if not browser.find() or not os.path.exists(source):
        skipped.append("Chromium or axe-core")
        return
    with open(source, encoding="utf-8") as f:
        axe = f.read()
    with browser.Browser() as b:
        for dark in (False, True):
            with b.page(width=1200, height=1000, dark=dark) as p:
                p.open(path)
                check(p.requests() == ["file://" + path], "the page asked for %s" % p.requests())
                check(not p.said(), "the browser says %s" % p.said()[:3])
                if PICTURE and not dark:
                    p.picture(PICTURE, whole=False)
                p.run(axe)
                found = p.run(AXE)
                check(found == [], "axe, %s: %s" % ("dark" if dark else "light", found))
                for width in (400, 1200):
                    p.look(width)
                    wide = p.run("document.documentElement.scrollWidth")
                    check(wide <= width, "the page is %d pixels wide at %d" % (wide, width))


# ---- the unit -------------------------------------------------------------------------------------------

def unit(work):
    """systemd reads it without a complaint, and counts it as well confined"""
    path = os.path.join(work, "earshot-watch.service")
    with open(os.path.join(ROOT, "packaging", "earshot-watch.service"), encoding="utf-8") as f:
        text = f.read()
    options = set(re.findall(r" (--[a-z]+) ", re.search(r"^ExecStart=(.*)$", text, re.M).group(1)))
    told = subprocess.run([EARSHOT, "watch", "--help"], stdout=subprocess.PIPE, timeout=TIMEOUT).stdout.decode()
    check(all(o in told for o in options), "the unit has options that watch has not: %s" % sorted(options))
    with open(path, "w", encoding="utf-8") as f:
        f.write(text.replace("/usr/bin/earshot", EARSHOT).replace("Documentation=man:earshot-watch(1)\n", ""))
    p = tool("systemd-analyze")
    if not p:
        return
    said = run("systemd-analyze verify", [p, "verify", "--man=no", path])
    complaints = [x for x in said.splitlines() if "earshot-watch" in x]
    check(not complaints, "systemd-analyze verify: %s" % complaints)
    told = run("systemd-analyze security", [p, "security", "--offline=true", "--threshold=20", path])
    check("Overall exposure level" in told, "systemd-analyze said nothing of exposure")


def main():
    with tempfile.TemporaryDirectory(prefix="earshot-dashboards-") as work:
        served = Served(work)
        given, later = lines()
        served.give(given)
        served.give(later[:3])
        text = served.get("/metrics")
        metrics = metrics_of(text)
        queries = grafana() + rules()
        used = set().union(*(named(q, metrics, where) for where, q in queries))
        check(len(used) >= 30, "only %d metrics are looked at" % len(used))
        document(metrics)
        promtool(text, work)
        prometheus(served, queries, work)
        page(served, work)
        served.end()
        events = given + served.events
        kinds = {e["event"] for e in events}
        check(kinds == {"call", "finding", "alert", "change", "posture", "visibility", "heartbeat"}, "events: %s" % kinds)
        with open(served.ecs, encoding="utf-8") as f:
            documents = [json.loads(x) for x in f]
        opensearch(documents)
        types_agree(documents)
        splunk(events)
        unit(work)
    for name in skipped:
        print("dashboards: %s is not installed: skipped (make deps-test installs it)" % name)
    print("dashboards: %d checks, %d failed" % (done, len(failures)))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
