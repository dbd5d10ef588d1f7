"""browser.py - Chromium over its DevTools pipe: open a file, ask it, press its keys, take its picture."""

import base64
import json
import os
import select
import shutil
import subprocess
import tempfile

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--disable-extensions", "--disable-default-apps", "--disable-dev-shm-usage",
         "--hide-scrollbars", "--mute-audio", "--remote-debugging-pipe"]
PATIENCE = 60  # seconds for one answer


def find():
    return shutil.which("chromium") or shutil.which("chromium-browser")


class Browser:
    """One Chromium with a profile of its own, gone when the block is left."""

    def __init__(self):
        self.profile = tempfile.mkdtemp(prefix="earshot-chromium-")
        to_read, self.to = os.pipe()
        self.come, to_write = os.pipe()

        def wires():
            # Chromium reads commands on 3 and writes answers on 4.
            a, b = os.dup(to_read), os.dup(to_write)
            os.dup2(a, 3)
            os.dup2(b, 4)

        self.process = subprocess.Popen(
            [find(), *FLAGS, "--user-data-dir=" + self.profile, "about:blank"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            close_fds=False, preexec_fn=wires)
        os.close(to_read)
        os.close(to_write)
        self.number, self.left, self.events = 0, b"", []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        os.close(self.to)
        os.close(self.come)
        shutil.rmtree(self.profile, ignore_errors=True)

    def message(self):
        while b"\0" not in self.left:
            if not select.select([self.come], [], [], PATIENCE)[0]:
                raise TimeoutError("Chromium does not answer")
            more = os.read(self.come, 1 << 20)
            if not more:
                raise OSError("Chromium went away")
            self.left += more
        one, self.left = self.left.split(b"\0", 1)
        return json.loads(one)

    def ask(self, method, session=None, **params):
        self.number += 1
        told = {"id": self.number, "method": method, "params": params}
        if session:
            told["sessionId"] = session
        data = json.dumps(told).encode() + b"\0"
        while data:
            data = data[os.write(self.to, data):]
        while True:
            got = self.message()
            if got.get("id") == self.number:
                if "error" in got:
                    raise RuntimeError(f"{method}: {got['error']}")
                return got["result"]
            self.events.append(got)

    def wait_for(self, session, method):
        while True:
            for i, e in enumerate(self.events):
                if e.get("method") == method and e.get("sessionId") == session:
                    return self.events.pop(i)["params"]
            self.events.append(self.message())

    def page(self, **how):
        return Page(self, **how)


class Page:
    """One tab. `requests` are the addresses that were asked for; `said` what the console got."""

    def __init__(self, browser, width=1400, height=900, dark=False, script=True):
        self.browser = browser
        context = browser.ask("Target.createBrowserContext")["browserContextId"]
        target = browser.ask("Target.createTarget", url="about:blank",
                             browserContextId=context)["targetId"]
        self.context, self.target = context, target
        self.session = browser.ask("Target.attachToTarget", targetId=target,
                                   flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Runtime", "Log"):
            self.ask(domain + ".enable")
        self.look(width, height, dark)
        self.ask("Emulation.setScriptExecutionDisabled", value=not script)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.browser.ask("Target.closeTarget", targetId=self.target)
        self.browser.ask("Target.disposeBrowserContext", browserContextId=self.context)

    def ask(self, method, **params):
        return self.browser.ask(method, self.session, **params)

    def look(self, width, height=900, dark=False):
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=height,
                 deviceScaleFactor=1, mobile=False)
        self.ask("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"},
            {"name": "prefers-reduced-motion", "value": "reduce"}])

    def open(self, path, fragment=""):
        self.browser.events.clear()
        self.ask("Page.navigate", url="file://" + os.path.abspath(path) + fragment)
        self.browser.wait_for(self.session, "Page.loadEventFired")

    def run(self, script):
        """The value of an expression, promises awaited."""
        got = self.ask("Runtime.evaluate", expression=script, awaitPromise=True,
                       returnByValue=True)
        if "exceptionDetails" in got:
            raise RuntimeError(got["exceptionDetails"]["exception"].get("description", "?"))
        return got["result"].get("value")

    def requests(self):
        return [e["params"]["request"]["url"] for e in self.browser.events
                if e.get("method") == "Network.requestWillBeSent"]

    def said(self):
        """Errors and warnings, of the content policy as well, and what a script stumbled over."""
        return [e["params"]["entry"]["text"] for e in self.browser.events
                if e.get("method") == "Log.entryAdded"] + [
            e["params"]["exceptionDetails"]["exception"].get("description", "?")
            for e in self.browser.events if e.get("method") == "Runtime.exceptionThrown"]

    def picture(self, path, whole=True):
        got = self.ask("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        with open(path, "wb") as f:
            f.write(base64.b64decode(got["data"]))
