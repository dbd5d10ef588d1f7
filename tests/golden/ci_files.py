"""ci_files.py - the pipeline examples: YAML that parses, shell that parses, names that exist.

usage: ci_files.py EARSHOT ROOT
"""
import os
import re
import subprocess
import sys

import yaml

EARSHOT, ROOT = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
passed = failed = 0


def expect(name, good, more=""):
    global passed, failed
    passed, failed = passed + bool(good), failed + (not good)
    if not good:
        print("ci files: %s %s" % (name, more))


def text(*path):
    with open(os.path.join(ROOT, *path)) as f:
        return f.read()


def shell(name, script):
    p = subprocess.run(["sh", "-n"], input=script.encode(), stderr=subprocess.PIPE)
    expect("%s: shell that parses" % name, p.returncode == 0, p.stderr.decode())
    for word in re.findall(r"(?:^|\s)((?:packaging|docs|samples)/[\w./-]+)", script):
        expect("%s: %s exists" % (name, word), os.path.exists(os.path.join(ROOT, word)))


def options(name, script):
    known = subprocess.run([EARSHOT, "audit", "--help"], stdout=subprocess.PIPE).stdout.decode()
    for line in re.sub(r"\\\n", " ", script).splitlines():
        if re.search(r'earshot"? audit|EARSHOT" audit', line):
            for option in re.findall(r"\s(--[a-z-]+)", line):
                expect("%s: %s is an option" % (name, option), option in known)


github = yaml.safe_load(text("packaging", "ci", "github-actions.yml"))
job = github["jobs"]["call"]
expect("GitHub: it runs on pushes", "push" in github[True])  # YAML 1.1 reads `on` as true
expect("GitHub: every step does one thing", all(("run" in s) != ("uses" in s) for s in job["steps"]))
for step in job["steps"]:
    shell("GitHub: " + step.get("name", step.get("uses")), step.get("run", ""))
gitlab = yaml.safe_load(text("packaging", "ci", "gitlab-ci.yml"))["earshot"]
shell("GitLab", "\n".join(gitlab["before_script"] + gitlab["script"] + gitlab["after_script"]))
expect("GitLab: JUnit is uploaded", gitlab["artifacts"]["reports"]["junit"].startswith("out/earshot."))
for name, what in (("GitHub", job["steps"]), ("GitLab", gitlab["artifacts"]["paths"])):
    expect("%s: no capture is uploaded" % name, ".pcap" not in str(what))
script = text("packaging", "ci", "call.sh")
shell("call.sh", script)
options("call.sh", script)
expect("call.sh may be run", os.access(os.path.join(ROOT, "packaging", "ci", "call.sh"), os.X_OK))

container = text("packaging", "Containerfile")
words = [line.split()[0] for line in container.splitlines() if line and not line.startswith(("#", " "))]
expect("container: known instructions", set(words) <= {"FROM", "RUN", "WORKDIR", "COPY", "USER", "ENTRYPOINT", "CMD"})
expect("container: it does not run as root", container.rindex("USER earshot") > container.rindex("FROM"))
for line in re.sub(r"\\\n", " ", container).splitlines():
    if line.startswith("RUN "):
        shell("container", line[4:])
print("ci files: %d passed, %d failed" % (passed, failed))
sys.exit(failed > 0)
