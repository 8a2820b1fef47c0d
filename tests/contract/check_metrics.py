#!/usr/bin/env python3
"""Judges a Prometheus text exposition (version 0.0.4) read from standard input, by its published grammar and no code of the hub's.

  check_metrics.py [--self-test] < METRICS

Answers 0 (in order), 1 (at least one fault, each on a line).
"""
import math
import re
import sys

NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"')
SAMPLE = re.compile(r"([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$")
TYPES = {"counter", "gauge", "histogram", "summary", "untyped"}


def labels_of(text):
    """The labels between the braces, or None where they are not in order."""
    found, at = {}, 0
    while at < len(text):
        match = LABEL.match(text, at)
        if not match or match.group(1) in found:
            return None
        found[match.group(1)] = match.group(2)
        at = match.end()
        if at < len(text):
            if text[at] != ",":
                return None
            at += 1
            if at == len(text):
                return None
    return found


def faults_of(text):
    faults, types, helped, seen, done, series = [], {}, set(), set(), set(), {}
    current = None
    if text and not text.endswith("\n"):
        faults.append("the last line has no end")
    for number, line in enumerate(text.split("\n")[:-1] if text.endswith("\n") else text.split("\n"), 1):
        where = f"line {number}: "
        if line.startswith("# HELP ") or line.startswith("# TYPE "):
            _, word, name, rest = (line.split(" ", 3) + [""])[:4]
            if not NAME.fullmatch(name):
                faults.append(where + f"{name!r} is no name")
            if name in done:
                faults.append(where + f"{name} stands in two places")
            if word == "HELP":
                if name in helped:
                    faults.append(where + f"second HELP of {name}")
                if not re.fullmatch(r"(?:[^\\]|\\[\\n])*", rest):
                    faults.append(where + "HELP with a wrong escape")
                helped.add(name)
            else:
                if name in types or rest not in TYPES:
                    faults.append(where + f"TYPE {name} {rest}")
                types[name] = rest
            if current not in (None, name):
                done.add(current)
            current = name
            continue
        if line.startswith("#") or not line:
            continue
        match = SAMPLE.fullmatch(line)
        labels = labels_of(match.group(2) or "") if match else None
        if labels is None:
            faults.append(where + f"no sample: {line[:100]}")
            continue
        name, value = match.group(1), match.group(3)
        try:
            number_value = float(value)
        except ValueError:
            faults.append(where + f"{value} is no number")
            continue
        family = name
        for suffix in ("_bucket", "_sum", "_count"):
            if name.endswith(suffix) and types.get(name[: -len(suffix)]) == "histogram":
                family = name[: -len(suffix)]
        if family not in types or family not in helped:
            faults.append(where + f"{name} without HELP and TYPE before it")
            continue
        if family != current:
            faults.append(where + f"{name} stands apart from its family")
        if types[family] == "counter" and (not name.endswith("_total") or number_value < 0):
            faults.append(where + f"counter {name} {value}")
        key = (name, tuple(sorted(labels.items())))
        if key in seen:
            faults.append(where + f"{name} twice with the same labels")
        seen.add(key)
        if types[family] == "histogram":
            rest = tuple(sorted((k, v) for k, v in labels.items() if k != "le"))
            parts = series.setdefault((family, rest), {"buckets": [], "sum": None, "count": None})
            if name.endswith("_bucket"):
                parts["buckets"].append((float(labels.get("le", "nan")), number_value))
            elif name.endswith("_sum"):
                parts["sum"] = number_value
            else:
                parts["count"] = number_value
    for (family, rest), parts in series.items():
        buckets = parts["buckets"]
        bounds, counts = [b for b, _ in buckets], [c for _, c in buckets]
        if not buckets or bounds != sorted(bounds) or counts != sorted(counts) or any(math.isnan(b) for b in bounds):
            faults.append(f"{family}{rest}: buckets do not rise")
        elif bounds[-1] != math.inf or counts[-1] != parts["count"] or parts["sum"] is None:
            faults.append(f"{family}{rest}: the last bucket is not all, or sum or count is missing")
    if not seen:
        faults.append("there is no sample")
    return faults


GOOD = (
    "# HELP a_total All.\n# TYPE a_total counter\na_total{x=\"1\",y=\"q\\\"\\\\\\n\"} 3\na_total 4.5\n"
    "# HELP h_seconds Time.\n# TYPE h_seconds histogram\nh_seconds_bucket{le=\"0.1\"} 1\nh_seconds_bucket{le=\"+Inf\"} 2\nh_seconds_sum 7\nh_seconds_count 2\n"
)

BROKEN = {
    "no end": GOOD[:-1],
    "escape": GOOD.replace('\\"', '"'),
    "twice": GOOD.replace("a_total 4.5", 'a_total{x="1",y="q\\"\\\\\\n"} 4.5'),
    "no type": GOOD.replace("# TYPE a_total counter\n", ""),
    "counter name": GOOD.replace("a_total", "a"),
    "falling": GOOD.replace('{le="+Inf"} 2', '{le="+Inf"} 0'),
    "no inf": GOOD.replace('h_seconds_bucket{le="+Inf"} 2\n', ""),
    "no number": GOOD.replace("4.5", "4,5"),
    "label name": GOOD.replace('x="1"', '1x="1"'),
    "trailing comma": GOOD.replace('x="1",y', 'x="1",,y'),
    "apart": GOOD + "a_total{x=\"2\"} 3\n",
    "nothing": "",
}


def main():
    if "--self-test" in sys.argv:
        failed = [f"GOOD: {faults_of(GOOD)}"] if faults_of(GOOD) else []
        failed += [name for name, text in BROKEN.items() if not faults_of(text)]
        print(f"{len(BROKEN) + 1 - len(failed)} passed, {len(failed)} failed {failed or ''}")
        return 1 if failed else 0
    faults = faults_of(sys.stdin.read())
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
