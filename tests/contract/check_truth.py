#!/usr/bin/env python3
"""Compares everything that a hub serves with the truth of the operators it collects from. Standard library only, no reference to the
project's code: fields, derivations, time zone and geometry are written here once more, from the published rules.

  check_truth.py SANDBOX.json ORACLE_FOLDER [--from T --to T | --all] [--datasets a,b] [--areas FILE] [--status] [--json]
  check_truth.py --self-test

The oracle folder holds <operator_id>/<dataset>.ndjson; a later line of the same id is a later version. The world moves on while one
reads, so the cut is the hub's own `settled_to`: what changed before it must be served as it then was, or as it became since.
Exit code: 0 equal, 1 different, 2 could not be checked.
"""

import argparse
import hashlib
import json
import sys
import time
from collections import Counter
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import areas  # noqa: E402
import expected as rules  # noqa: E402
from expected import NOT_COMPARED, canonical, instant, key  # noqa: E402
from hub import CannotCheck, Hub  # noqa: E402

ROUTES = {
    "charge_points": "/v1/charge-points", "tariffs": "/v1/tariffs",
    "status_changes": "/v1/status-changes", "charging_sessions": "/v1/charging-sessions",
    "outages": "/v1/outages",
}
EVENT_TIME = {"charging_sessions": "plug_in_at", "status_changes": "at", "outages": "started_at"}
AXIS = {"charging_sessions": "last_updated", "status_changes": "at", "charge_points": "last_updated", "tariffs": "last_updated", "outages": "last_updated"}


def visible_since(dataset, version):
    """From when on the operator served it; None: from the start."""
    if isinstance(version, rules.DerivedOutage):
        return max(visible_since("status_changes", change) for change in version.changes)
    late = version.get("reported_at") if dataset == "status_changes" else None
    return instant(late or version.get(AXIS[dataset]))


def derived_of(changes, reporting):
    """The outages of all operators but those that report theirs, each as its versions."""
    by_point = {}
    for change in changes:
        if change["operator_id"] not in reporting:
            by_point.setdefault((change["operator_id"], change["charge_point_id"]), []).append(change)
    for own in by_point.values():
        yield from rules.derived_outages(sorted(own, key=lambda change: instant(change["at"])))


class Oracle:
    """The truth: per dataset, each id's versions, oldest first."""

    def __init__(self, folder, datasets=tuple(ROUTES)):
        self.versions = {dataset: {} for dataset in datasets}
        files = 0
        for dataset, by_key in self.versions.items():
            for file in sorted(Path(folder).glob(f"*/{dataset}.ndjson")):
                files += 1
                for line in file.read_text(encoding="utf-8").splitlines(keepends=True):
                    if not line.endswith("\n"):
                        continue  # still being written
                    record = json.loads(line, parse_float=Decimal, parse_int=Decimal)
                    record.setdefault("operator_id", file.parent.name)
                    by_key.setdefault(key(dataset, record), []).append(record)
        if files == 0:
            raise CannotCheck(f"{folder} holds no <operator>/<dataset>.ndjson")
        self.reporting = {file.parent.name for file in Path(folder).glob("*/outages.ndjson")}
        newest = [versions[-1] for versions in self.versions["status_changes"].values()]
        for versions in derived_of(newest, self.reporting):
            self.versions["outages"][key("outages", versions[-1])] = versions

    def charge_point(self, id):
        versions = self.versions["charge_points"].get((id,))
        return versions[-1] if versions else None


class Expectation:
    """From a record of the oracle to what the hub must serve."""

    def __init__(self, oracle, layer, with_status):
        self.oracle, self.layer, self.with_status, self.places = oracle, layer, with_status, {}

    def of(self, dataset, record):
        served = {field: record.get(field) for field in rules.STORED[dataset]} | record
        if dataset == "charging_sessions":
            point = self.oracle.charge_point(record["charge_point_id"])
            served |= rules.session(record, point, rules.areas_of(point, self.layer, self.places))
        elif dataset == "tariffs":
            served |= rules.tariff(record)
        elif dataset == "charge_points":
            served["power_band"] = rules.power_band(record.get("max_power_kw"))
            served |= rules.areas_of(record, self.layer, self.places) | {"status": NOT_COMPARED, "status_since": NOT_COMPARED, "same_as": NOT_COMPARED}
            served["connectors"] = [{"power_derived": False} | connector for connector in record.get("connectors") or []]
        return {field: value if value is NOT_COMPARED else canonical(value, field) for field, value in served.items()}


def differing_fields(served, expected):
    """Names of fields that differ, are missing, or were never agreed; and instants that are not written as agreed."""
    fields = []
    for field in served.keys() | expected.keys():
        if field not in served:
            fields.append(f"{field} is missing")
        elif field not in expected:
            fields.append(f"{field} was not agreed")
        elif expected[field] is not NOT_COMPARED and canonical(served[field], field) != expected[field]:
            fields.append(f"{field}: {shown(canonical(served[field], field))}, expected {shown(expected[field])}")
        if rules.is_instant(field) and served.get(field) is not None and not rules.WRITTEN_INSTANT.fullmatch(served[field]):
            fields.append(f"{field} is written {served[field]}")
    return sorted(fields)


def shown(value):
    return json.dumps(value, ensure_ascii=False).replace("\\u0000number ", "").replace("\\u0000instant ", "")[:200]


def digest(records):
    """One hash over ids and all compared fields."""
    lines = sorted(json.dumps([list(id), record], sort_keys=True, ensure_ascii=False) for id, record in records.items())
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def in_gap(gaps, operator, changed):
    return any(
        gap["operator_id"] == operator and instant(gap["from"]) <= changed < instant(gap["to"]) for gap in gaps if changed is not None)


def excuse(outage, gaps, window):
    """Why a derived outage may not be as it should: a change that begins it, ends it or parts it in two lies in a listed gap, or out of the window, whose gaps are not listed."""
    if not isinstance(outage, rules.DerivedOutage):
        return None
    first, until = instant(outage.changes[0]["at"]), instant(outage["ended_at"])
    if any(gap["operator_id"] == outage["operator_id"] and first < instant(gap["to"]) and (until is None or instant(gap["from"]) <= until) for gap in gaps):
        return "listed"
    return None if window[0] <= first and (until is None or until < window[1]) else "unseen"


def is_older_than_gap(dataset, record, versions, settled, gaps, expectation):
    """True when it is served as an earlier version, and every change since then lies in a window that is listed as missing."""
    for earlier in range(settled - 1, -1, -1):
        later = versions[earlier + 1]
        if not in_gap(gaps, later["operator_id"], instant(later.get(AXIS[dataset]))):
            return False
        if not differing_fields(record, expectation.of(dataset, versions[earlier])):
            return True
    return False


def compare(dataset, served, meta, oracle, expectation, asked_at, snapshot_slack):
    """One dataset's report."""
    completeness = meta["completeness"]
    gaps = completeness.get("gaps", [])
    cut = instant(completeness.get("settled_to"))
    if cut is None:
        raise CannotCheck(f"{dataset}: the answer has no completeness.settled_to")
    windowed = dataset in EVENT_TIME
    if not windowed:  # a crawl shows what was so when it ran
        cut = min(cut, asked_at) - timedelta(seconds=snapshot_slack)
    window = (instant(meta["window"]["from"]), instant(meta["window"]["to"])) if windowed else None
    by_key, faults, counts = {}, [], Counter()

    def fault(kind, id, what):
        counts[kind] += 1
        faults.append({"kind": kind, "id": " ".join(id), "what": what})

    before = None
    for record in served:
        id = key(dataset, record)
        if id in by_key:
            fault("duplicate", id, "served twice")
        by_key[id] = record
        if windowed:
            at = instant(record[EVENT_TIME[dataset]])
            if not window[0] <= at < window[1]:
                fault("outside", id, f"{record[EVENT_TIME[dataset]]} is outside the window")
            if before is not None and at < before:
                fault("out_of_order", id, f"{at} comes after {before}")
            before = at
    ours, theirs = {}, {}
    for id, versions in oracle.versions[dataset].items():
        if windowed and not window[0] <= instant(versions[-1][EVENT_TIME[dataset]]) < window[1]:
            continue
        changes = [visible_since(dataset, version) for version in versions]
        settled = max((i for i, changed in enumerate(changes) if changed is None or changed < cut), default=None)
        counts["in_oracle"] += 1
        if id not in by_key:
            if settled is None:
                counts["not_yet_settled"] += 1
            else:
                why = excuse(versions[-1], gaps, window)
                if why == "unseen":
                    counts["not_all_in_the_window"] += 1
                    continue
                on_axis = versions[settled].get(AXIS[dataset])
                listed = why == "listed" or in_gap(gaps, versions[settled]["operator_id"], instant(on_axis))
                fault("missing_in_a_listed_gap" if listed else "missing", id, f"changed at {on_axis or versions[settled].get('started_at')}, not served")
                theirs[id] = "missing"
            continue
        candidates = [expectation.of(dataset, version) for version in versions[settled or 0:]]
        compared = {field for field, value in candidates[0].items() if value is not NOT_COMPARED}
        seen = {field: canonical(value, field) for field, value in by_key[id].items() if field in compared or field not in candidates[0]}
        differences = [differing_fields(by_key[id], candidate) for candidate in candidates]
        if settled is not None and not differences[0]:
            counts["equal"] += 1
        elif any(not d for d in differences):
            counts["moved_on"] += 1
            continue
        elif excuse(versions[-1], gaps, window) == "unseen":
            counts["not_all_in_the_window"] += 1
            continue
        elif excuse(versions[-1], gaps, window) == "listed":
            fault("stale_in_a_listed_gap", id, "served as it follows from the changes that are there")
        elif settled and is_older_than_gap(dataset, by_key[id], versions, settled, gaps, expectation):
            fault("stale_in_a_listed_gap", id, f"changed at {versions[settled].get(AXIS[dataset])}, served as before")
        else:
            fault("different", id, "; ".join(min(differences, key=len)))
        ours[id] = seen
        theirs[id] = {field: candidates[0][field] for field in compared}
    for id in by_key.keys() - oracle.versions[dataset].keys():
        follows = by_key[id].get("derived") and any(gap["operator_id"] == by_key[id]["operator_id"] for gap in gaps)
        fault("stale_in_a_listed_gap" if follows else "unknown", id, "served, and the oracle does not know it")
    if counts["missing"] and completeness.get("complete"):
        faults.append({"kind": "silent", "id": dataset, "what": f"{counts['missing']} missing in an answer that says it is complete"})
    return {
        "served": len(served), **counts, "window": meta.get("window"), "settled_to": completeness["settled_to"],
        "complete": completeness.get("complete"), "gaps": gaps, "not_provided": completeness.get("not_provided", []),
        "sha256_hub": digest(ours), "sha256_oracle": digest(theirs), "faults": len(faults), "first_faults": faults[:20],
        "faulty_operators": sorted({f["id"].split(":")[0] for f in faults}),
    }


def compare_status(served, oracle, cut):
    """Current status: that of the newest change before the cut, or of a later one."""
    changes, faults = {}, []
    for (id, _, _), versions in oracle.versions["status_changes"].items():
        newest = versions[-1]
        changes.setdefault(id, []).append((instant(newest["at"]), newest["status"], visible_since("status_changes", newest)))
    for record in served:
        known = sorted(changes.get(record["charge_point_id"], []))
        settled = max((i for i, (_, _, visible) in enumerate(known) if visible < cut), default=0)
        if known and (instant(record["status_since"]), record["status"]) not in [change[:2] for change in known[settled:]]:
            what = f"{record['status']} since {record['status_since']}, expected {known[settled][1]} since {known[settled][0].isoformat()}"
            faults.append({"kind": "status", "id": record["charge_point_id"], "what": what})
    return {"served": len(served), "faults": len(faults), "first_faults": faults[:20]}


def check(hub, oracle_folder, layer, options):
    """Fetches first and reads the oracle afterwards: the oracle is then never behind the hub."""
    asked_at, answers = datetime.now(timezone.utc), {}
    start, end = options.start, options.end
    if options.all:
        times = [instant(v[0][field]) for dataset, field in EVENT_TIME.items() for v in Oracle(oracle_folder).versions[dataset].values()]
        start, end = (min(times) - timedelta(seconds=1)).strftime("%Y-%m-%dT%H:%M:%SZ"), asked_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    for dataset in options.datasets:
        parameters = {"limit": options.limit}
        if dataset in EVENT_TIME:
            parameters |= {name: value for name, value in (("from", start), ("to", end)) if value}
        answers[dataset] = hub.all(ROUTES[dataset], **parameters)
    time.sleep(options.oracle_delay)
    oracle = Oracle(oracle_folder)
    expectation = Expectation(oracle, layer, options.status)
    reports = {}
    for dataset, (served, meta, pages) in answers.items():
        reports[dataset] = compare(dataset, served, meta, oracle, expectation, asked_at, options.snapshot_slack) | {"pages": pages}
    if options.status and "charge_points" in answers:
        cut = asked_at - timedelta(seconds=options.snapshot_slack)
        reports["status"] = compare_status(answers["charge_points"][0], oracle, cut)
    return {"equal": all(report["faults"] == 0 for report in reports.values()), "datasets": reports}


def printed(result):
    for dataset, report in result["datasets"].items():
        counts = ", ".join(f"{value} {name}" for name, value in report.items() if isinstance(value, int) and not isinstance(value, bool))
        print(f"{dataset}: {counts}")
        if "sha256_hub" in report:
            print(f"  hub    sha256 {report['sha256_hub']}\n  oracle sha256 {report['sha256_oracle']}")
            print(f"  settled to {report['settled_to']}, complete: {report['complete']}, gaps: {len(report['gaps'])}")
        for fault in report["first_faults"]:
            print(f"  {fault['kind']} {fault['id']}: {fault['what']}")
    print("equal" if result["equal"] else "different")


def main():
    if sys.argv[1:] == ["--self-test"]:
        import check_truth_self_test
        return check_truth_self_test.run()
    parser = argparse.ArgumentParser(description="Compares everything that a hub serves with the truth.")
    parser.add_argument("sandbox", help="sandbox.json: base_url, ca_file, keys")
    parser.add_argument("oracle", help="folder of <operator_id>/<dataset>.ndjson")
    parser.add_argument("--from", dest="start", help="first instant or London date; without it the hub's default, the last 24 hours")
    parser.add_argument("--to", dest="end", help="first instant after, or London date")
    parser.add_argument("--all", action="store_true", help="from the oracle's first record until now")
    parser.add_argument("--datasets", type=lambda text: text.split(","), default=list(ROUTES), help=",".join(ROUTES))
    parser.add_argument("--areas", help="boundaries (GeoJSON); default: areas.geojson beside sandbox.json, where there is one")
    parser.add_argument("--key", default="gla", help="which of the keys in sandbox.json")
    parser.add_argument("--limit", type=int, default=1000, help="records a page")
    parser.add_argument("--status", action="store_true", help="compare current status, too")
    parser.add_argument("--snapshot-slack", type=float, default=150, help="seconds by which charge points and tariffs may lag")
    parser.add_argument("--oracle-delay", type=float, default=2, help="seconds that the oracle needs to be written")
    parser.add_argument("--until-equal", type=float, default=0, metavar="SECONDS", help="try again until equal, this long")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    options = parser.parse_args()
    unknown = set(options.datasets) - ROUTES.keys()
    if unknown:
        parser.error(f"unknown datasets {sorted(unknown)}; known are {sorted(ROUTES)}")
    give_up = time.monotonic() + options.until_equal
    while True:
        try:
            sandbox = json.loads(Path(options.sandbox).read_text(encoding="utf-8"))
            layer = areas.Layers(areas.load(options.areas)) if options.areas else areas.load_beside(options.sandbox)
            hub = Hub(sandbox["base_url"], sandbox["ca_file"], sandbox["keys"][options.key])
            result = check(hub, options.oracle, layer, options)
        except (CannotCheck, OSError, KeyError, ValueError) as fault:
            result = {"equal": False, "could_not_check": str(fault) if isinstance(fault, CannotCheck) else repr(fault), "datasets": {}}
        if result["equal"] or time.monotonic() >= give_up:
            break
        time.sleep(2)
    if options.json:
        print(json.dumps(result, indent=2, default=str))
    elif "could_not_check" in result:
        print(f"could not be checked: {result['could_not_check']}", file=sys.stderr)
    else:
        printed(result)
    return 0 if result["equal"] else 2 if "could_not_check" in result else 1


if __name__ == "__main__":
    sys.exit(main())
