"""netns.py - a network namespace for one test: the script goes on in it, and it ends with the script."""
import os
import shutil
import subprocess
import sys

INSIDE = "EARSHOT_TEST_NETNS"
started = []


def skip(what, why):
    print("%s: skipped: %s" % (what, why))
    sys.exit(0)


def sh(*words, **more):
    return subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60, **more)


def enter(what, *tools):
    """Returns in a namespace of its own, or skips and says why."""
    if os.environ.get(INSIDE):
        return
    for tool in ("ip",) + tools:
        if not shutil.which(tool):
            skip(what, tool + " is not installed")
    name = "eb%d" % os.getpid()
    if os.geteuid() != 0 or sh("ip", "netns", "add", name).returncode:
        skip(what, "no network namespaces here (they need root)")
    try:
        # Nothing but the test may speak on its wires.
        code = subprocess.call(["ip", "netns", "exec", name, "sh", "-c",
                                "for k in all default; do echo 1 > /proc/sys/net/ipv6/conf/$k/disable_ipv6; done; "
                                "ip link set lo up; exec \"$@\"", "sh", sys.executable] + sys.argv,
                               env=dict(os.environ, **{INSIDE: name}))
    finally:
        sh("ip", "netns", "del", name)
    sys.exit(code)


def cables(pairs, mtu=9000):
    """pairs of (sender, listener)"""
    text = "".join("link add %s mtu %d type veth peer name %s mtu %d\nlink set %s up\nlink set %s up\n"
                   % (a, mtu, b, mtu, a, b) for a, b in pairs)
    p = sh("ip", "-batch", "-", input=text.encode())
    if p.returncode:
        raise SystemExit("no cables: " + p.stdout.decode())


def cut(pairs):
    """the cables that are not needed any more"""
    sh("ip", "-force", "-batch", "-", input="".join("link del %s\n" % a for a, _ in pairs).encode())


def begin(*words, **more):
    p = subprocess.Popen(words, **dict({"stdin": subprocess.DEVNULL}, **more))
    started.append(p)
    return p


def end():
    """whatever was begun and still runs"""
    for p in started:
        if p.poll() is None:
            p.terminate()
    for p in started:
        try:
            p.wait(timeout=5)
        except subprocess.TimeoutExpired:
            p.kill()
            p.wait()
