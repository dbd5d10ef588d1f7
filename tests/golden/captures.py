"""captures.py - audits every capture of a shared folder, when it is there.

usage: captures.py EARSHOT SHARED

Nothing is known of these files here: the program must end with a code of the
contract and a report that obeys the schema, and say nothing on standard error but
sentences of its own. Meant to be run under the sanitizers.
"""
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "schema"))
import validate  # noqa: E402

EARSHOT, SHARED = os.path.abspath(sys.argv[1]), os.path.join(sys.argv[2], "captures")
SKIP = (".json", ".md", ".keylog", ".key", ".txt", ".sh", ".py")


def files():
    for top, dirs, names in os.walk(SHARED):
        dirs.sort()
        for n in sorted(names):
            if not n.endswith(SKIP):
                yield os.path.join(top, n)


def main():
    if not os.path.isdir(SHARED):
        print("captures: skipped, no shared captures here")
        return 0
    count = bad = 0
    for path in files():
        count += 1
        p = subprocess.run([EARSHOT, "audit", "-f", "json", path], stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE, timeout=300)
        wrong = []
        if p.returncode not in (0, 1, 3, 4) or b"Sanitizer" in p.stderr or b"runtime error" in p.stderr:
            wrong.append("exit %d %s" % (p.returncode, p.stderr.decode(errors="replace")[:2000]))
        else:
            wrong += list(validate.errors(json.loads(p.stdout)))[:3]
        bad += bool(wrong)
        for w in wrong:
            print("captures: %s: %s" % (os.path.relpath(path, SHARED), w))
    print("captures: %d files, %d wrong" % (count, bad))
    return 1 if bad or not count else 0


sys.exit(main())
