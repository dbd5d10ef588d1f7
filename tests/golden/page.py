"""page.py - the HTML report in a browser and before independent checkers.

usage: page.py EARSHOT SAMPLES

html-validate and the Nu checker find no error, axe-core no violation in light and dark; nothing is
fetched; at 400 pixels nothing goes sideways; without script everything is there; links open what
they lead to; filters show what they count; words from the wire make no element or attribute.
"""
import html.parser
import json
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import browser  # noqa: E402
import hostile_page  # noqa: E402

EARSHOT, SAMPLES = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
NPM = os.path.join(ROOT, "build", "npm", "node_modules")
CONFIG = os.path.join(ROOT, "tests", "npm", "htmlvalidate.json")
TIMEOUT = 120
failures, done, skipped = [], 0, []


def check(holds, what):
    global done
    done += 1
    if not holds:
        failures.append(what)
        print("page: " + what)


# ---- reports -----------------------------------------------------------------------------

def audit(out, *args):
    p = subprocess.run([EARSHOT, "audit", "-q", "-f", "html", "-f", "json", "--all-as", out, *args],
                       cwd=SAMPLES, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=TIMEOUT)
    check(p.returncode in (0, 1, 4), "audit %s: exit %d %s" % (out, p.returncode, p.stderr.decode()[:200]))
    with open(out + ".json", encoding="utf-8") as f:
        return out + ".html", json.load(f)


def scene(work, name):
    return audit(os.path.join(work, name), *["%s/%s" % (name, x) for x in sorted(os.listdir(os.path.join(SAMPLES, name)))
                                             if x.endswith((".pcap.gz", ".pcapng.gz", ".pcap"))])


def reports(work):
    every = ["%s=%s/alice.pcap.gz" % (s, s) for s in sorted(os.listdir(SAMPLES))
             if os.path.exists(os.path.join(SAMPLES, s, "alice.pcap.gz"))][:14]
    found = {"every": audit(os.path.join(work, "every"), *every)}
    for name in ("hold-resume", "webrtc-wss-direct", "zrtp-direct"):
        found[name] = scene(work, name)
    hostile_page.capture(os.path.join(work, "none.pcap"), [])
    found["none"] = audit(os.path.join(work, "none"), os.path.join(work, "none.pcap"))
    words = hostile_page.strings()
    for name, said in (("hostile", words), ("benign", ["word"] * len(words))):
        path = os.path.join(work, name + ".pcap")
        hostile_page.capture(path, said)
        found[name] = audit(os.path.join(work, name), "--redact", "none", path)
    return found


# ---- checkers ----------------------------------------------------------------------------

def tool(name, command):
    if command and os.path.exists(command):
        return command
    skipped.append(name)
    return None


def complaints(name, command):
    p = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=TIMEOUT)
    said = p.stdout.decode(errors="replace").strip()
    check(p.returncode == 0, "%s: %s" % (name, said[:1500]))


def checkers(files):
    script, jar = tool("html-validate", os.path.join(NPM, ".bin", "html-validate")), tool(
        "the Nu checker", os.path.join(NPM, "vnu-jar", "build", "dist", "vnu.jar"))
    node, java = tool("node", shutil.which("node") or shutil.which("nodejs")), tool("java", shutil.which("java"))
    if script and node:
        # Its time grows with the square of a page's length.
        small = [f for f in files if os.path.getsize(f) < 200000]
        complaints("html-validate", [node, script, "--config", CONFIG, *small])
    if jar and java:
        complaints("the Nu checker", [java, "-Xss4m", "-jar", jar, "--errors-only", *files[:-1]])


class Skeleton(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.names = set()

    def handle_starttag(self, tag, attrs):
        self.names.add(tag)
        self.names.update((tag, name) for name, _ in attrs)


def skeleton(path):
    s = Skeleton()
    with open(path, encoding="utf-8") as f:
        s.feed(f.read())
    return s.names


# ---- in the browser ----------------------------------------------------------------------

OPEN_SOME = "document.querySelectorAll('details').forEach(function (d, i) { d.open = i < 16 || i % 20 === 0; })"
OPEN_ALL = "document.querySelectorAll('details').forEach(function (d) { d.open = true; })"
AXE = """axe.run(document, {resultTypes: ["violations"]}).then(function (r) {
    return r.violations.map(function (v) { return v.id + ": " + v.nodes.slice(0, 3).map(function (n) {
        return n.html.slice(0, 160) + " " + (n.any[0] || n.all[0] || n.none[0] || {message: ""}).message; }).join(" | "); });
})"""
NAMES = """Array.from(new Set(Array.from(document.querySelectorAll("*")).flatMap(function (e) {
    return [e.localName].concat(Array.from(e.attributes, function (a) { return e.localName + " " + a.name; })); }))).sort()"""


def quiet(page, path, name):
    asked = [u for u in page.requests() if not u.startswith("file://")]
    check(not asked and len(page.requests()) == 1, "%s asked for %s" % (name, page.requests()))
    check(not page.said(), "%s: the browser says %s" % (name, page.said()[:3]))
    del path


def accessible(b, path, name, axe):
    for dark in (False, True):
        with b.page(width=1200, dark=dark) as page:
            page.open(path)
            quiet(page, path, name)
            page.run(OPEN_SOME)
            page.run(axe)
            found = page.run(AXE)
            check(found == [], "axe, %s, %s: %s" % (name, "dark" if dark else "light", found))


def axe_sees(b, path, axe):
    """A check that could not fail would prove nothing."""
    with b.page() as page:
        page.open(path)
        page.run("document.querySelector('main').appendChild(document.createElement('button'))")
        page.run(axe)
        check(any("button-name" in v for v in page.run(AXE)), "axe-core does not see a button without a name")


def narrow(b, path, name):
    with b.page() as page:
        page.open(path)
        page.run(OPEN_ALL)
        for width in (400, 768, 1400):
            page.look(width)
            wide = page.run("document.documentElement.scrollWidth")
            check(wide <= width, "%s is %d pixels wide at %d" % (name, wide, width))


def without_script(b, path, name, report):
    with b.page(script=False) as page:
        page.open(path)
        quiet(page, path, name + " without script")
        told = page.run("document.querySelectorAll('[id^=call-]').length")
        check(told == min(len(report["calls"]), 2200), "%s shows %d of %d calls without script" % (
            name, told, len(report["calls"])))
        check(page.run("document.getElementById('tools').hidden"), name + ": tools without script")


def links(b, path, report):
    call = report["calls"][-1]
    rung = next((c for c in report["calls"] if c.get("ladder")), None)
    targets = ["call-" + call["id"]] + (["l-%s-1" % rung["id"]] if rung else [])
    for target in targets:
        with b.page() as page:
            page.open(path, "#" + target)
            check(page.run("""(function () { var e = document.getElementById("%s"), r = e.getBoundingClientRect();
                for (var d = e; d; d = d.parentElement) if (d.tagName === "DETAILS" && !d.open) return false;
                return r.top < innerHeight && r.bottom > 0; })()""" % target), "#%s does not lead there" % target)
    with b.page() as page:
        page.open(path)
        loose = page.run("""Array.from(document.querySelectorAll('a[href^="#"]'), function (a) {
            return a.getAttribute("href").slice(1); }).filter(function (id) { return !document.getElementById(id); })""")
        check(loose == [], "links that lead nowhere: %s" % loose[:5])


SHOWN = "Array.from(document.querySelectorAll('[id^=call-]')).filter(function (c) { return !c.hidden; }).length"


def filters(b, path, report):
    with b.page() as page:
        page.open(path)
        told = page.run("""(function () { var s = document.querySelector("#tools select"), o = s.options[1];
            s.value = o.value; s.dispatchEvent(new Event("change")); return [o.value, o.textContent]; })()""")
        want = sum(c["label"] == told[0] for c in report["calls"])
        check(told[1] == "%s (%d)" % (told[0], want), "the filter says %s of %d" % (told[1], want))
        check(page.run(SHOWN) == want, "the filter shows %s of %d" % (page.run(SHOWN), want))
        one = report["calls"][0]["id"]
        page.run("""(function () { var s = document.querySelector("#tools select"), f = document.querySelector("#tools input");
            s.value = ""; f.value = "%s"; f.dispatchEvent(new Event("input")); })()""" % one)
        check(page.run(SHOWN) == 1, "a call is not found by its id")
        order = page.run("""(function () { var all = document.querySelectorAll("#tools select"), s = all[all.length - 1];
            s.value = "By time"; s.dispatchEvent(new Event("change"));
            return Array.from(document.querySelectorAll("#list > details"), function (c) { return c.dataset.start; }); })()""")
        check(order == sorted(order), "calls are not in order of time")


def by_keyboard(b, path):
    with b.page() as page:
        page.open(path)
        key = {"key": "Tab", "code": "Tab", "windowsVirtualKeyCode": 9}
        page.ask("Input.dispatchKeyEvent", type="rawKeyDown", **key)
        page.ask("Input.dispatchKeyEvent", type="keyUp", **key)
        check(page.run("document.activeElement.className") == "skip", "the first stop is not the skip link")
        page.run("document.querySelector('#list summary').focus()")
        for kind in ("keyDown", "keyUp"):
            page.ask("Input.dispatchKeyEvent", type=kind, key="Enter", code="Enter", text="\r",
                     windowsVirtualKeyCode=13)
        check(page.run("document.querySelector('#list details').open"), "Enter does not open a call")


def hostile(b, found):
    said = {}
    for name in ("hostile", "benign"):
        with b.page() as page:
            page.open(found[name][0])
            page.run(OPEN_ALL)
            said[name] = page.run(NAMES)
            quiet(page, found[name][0], name)
            check(page.run("window.pwned === undefined"), "script from the wire ran")
    check(said["hostile"] == said["benign"], "in the browser, only one has %s" % (
        set(said["hostile"]) ^ set(said["benign"])))


def in_browser(found):
    axe = tool("axe-core", os.path.join(NPM, "axe-core", "axe.min.js"))
    with browser.Browser() as b:
        if axe:
            with open(axe, encoding="utf-8") as f:
                source = f.read()
            axe_sees(b, found["none"][0], source)
            for name in ("every", "hold-resume", "zrtp-direct", "none"):
                accessible(b, found[name][0], name, source)
        for name in ("every", "hold-resume", "none", "hostile"):
            narrow(b, found[name][0], name)
        for name in ("every", "benign"):
            without_script(b, *((found[name][0], name, found[name][1])))
        links(b, *found["every"])
        links(b, *found["benign"])
        filters(b, *found["every"])
        filters(b, *found["benign"])
        by_keyboard(b, found["every"][0])
        hostile(b, found)


def main():
    with tempfile.TemporaryDirectory(prefix="earshot-page-") as work:
        found = reports(work)
        checkers([path for path, _ in found.values()])  # the last is the twin of another
        only = skeleton(found["hostile"][0]) ^ skeleton(found["benign"][0])
        check(not only, "words from the wire make a difference: %s" % only)
        check(len(found["hostile"][1]["calls"]) >= 200, "hostile dialogs were not read as calls")
        if tool("Chromium", browser.find()):
            in_browser(found)
    for name in skipped:
        print("page: %s is not installed: skipped (make deps-test installs it)" % name)
    print("page: %d checks, %d failed" % (done, len(failures)))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
