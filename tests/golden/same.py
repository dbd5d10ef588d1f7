"""same.py - what is said of a call, whoever read its packets, when and where."""


def verdict(call, without=()):
    """not names, ids, times and places in files; nor findings of the rules in `without`"""
    return (call["kind"], call["label"], call["letter"], call["score"],
            tuple((k, v["verdict"], v["grade"]) for k, v in sorted(call["conditions"].items())),
            tuple(sorted((f["rule"], f["scope"], f["outcome"]) for f in call["findings"] if f["rule"] not in without)))
