#!/usr/bin/env python3
"""Hold reports against docs/report.schema.json (JSON Schema 2020-12).

usage: validate.py FILE...        *.ndjson: every line against $defs/call; else the whole document

Prints the path and the reason of every error (at most 20 a file). Exit status: 0 all valid, 1 an error,
2 wrong usage, 77 without python3-jsonschema.
"""
import json
import os
import sys

try:
    import jsonschema
except ImportError:
    # The package comes from the distribution: another Python may stand in front of its own.
    system = "/usr/bin/python3"
    if os.path.exists(system) and not os.environ.get("VALIDATE_AGAIN"):
        os.environ["VALIDATE_AGAIN"] = "1"
        os.execv(system, [system] + sys.argv)
    print("validate.py: python3-jsonschema is not installed; skipped")
    sys.exit(77)

SCHEMA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "docs", "report.schema.json")


def no_twins(pairs):
    """A key that stands twice is lost to most readers without a word."""
    keys = [k for k, _ in pairs]
    for k in keys:
        if keys.count(k) > 1:
            raise ValueError("key %r stands twice" % k)
    return dict(pairs)


def read(text):
    return json.loads(text, object_pairs_hook=no_twins, parse_constant=lambda c: sys.exit("not JSON: " + c))


def complaints(validator, value, where):
    for e in sorted(validator.iter_errors(value), key=lambda e: [str(p) for p in e.absolute_path]):
        yield "%s$%s: %s" % (where, "".join("[%r]" % p for p in e.absolute_path), e.message[:300])


def check(path, whole, call):
    with open(path, encoding="utf-8", errors="strict") as f:
        if not path.endswith(".ndjson"):
            yield from complaints(whole, read(f.read()), "")
            return
        for n, line in enumerate(f, 1):
            value = read(line)
            yield from complaints(call, value, "line %d " % n)
            if "run" not in value:
                yield "line %d $: no run" % n


def validators():
    """one for the whole document, one for a single call"""
    with open(SCHEMA, encoding="utf-8") as f:
        schema = json.load(f)
    kind = jsonschema.Draft202012Validator
    kind.check_schema(schema)
    return kind(schema), kind({"$schema": schema["$schema"], "$ref": "#/$defs/call", "$defs": schema["$defs"]})


def main():
    if len(sys.argv) < 2:
        print(__doc__)
        return 2
    whole, call = validators()
    bad = 0
    for path in sys.argv[1:]:
        try:
            errors = list(check(path, whole, call))
        except (ValueError, OSError) as e:
            errors = [str(e)]
        for e in errors[:20]:
            print("%s: %s" % (path, e))
        bad += bool(errors)
    print("%d of %d files valid" % (len(sys.argv) - 1 - bad, len(sys.argv) - 1))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
