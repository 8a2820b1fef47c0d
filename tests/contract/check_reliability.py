#!/usr/bin/env python3
"""Puts random questions to /v1/reliability and works the answers out again from the truth of the operators: no reference to the project's code,
with an arithmetic of London time of its own. Everything is counted in whole microseconds, and every figure must be the same to its last digit.

  check_reliability.py SANDBOX.json ORACLE_FOLDER [--queries N] [--seed N] [--json]
  check_reliability.py --self-test

Asked about are operators that report their changes, and days that have ended and settled. When the hub saw what is taken from its ledger
(/v1/coverage), where a charge point lies from its list; both have checks of their own. Exit code: 0 equal, 1 different, 2 could not be checked.
"""

import argparse
import json
import random
import sys
from bisect import bisect_right
from collections import defaultdict
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from hub import CannotCheck, Hub  # noqa: E402

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
HOUR, MINUTE, DAY = 3_600_000_000, 60_000_000, 86_400_000_000
STATUSES = ["AVAILABLE", "CHARGING", "RESERVED", "BLOCKED", "UNKNOWN", "INOPERATIVE", "OUTOFORDER", "PLANNED", "REMOVED"]
GROUPS = {
    "charge_point": ["operator_id", "location_id", "charge_point_id"], "location": ["operator_id", "location_id"], "operator": ["operator_id"],
    "borough": ["borough_gss"], "ward": ["ward_gss"], "power_band": ["power_band"], "funding_stream": ["funding_stream"],
}
KEY_OF = {"charge_point": "charge_point_id", "location": "location_id", "operator": "operator_id", "borough": "borough_gss", "ward": "ward_gss"}
UNITS = ["day", "week", "month", "quarter", "year"]


def days_between(first, last):
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


def us(text):
    """Microseconds since 1970 of an instant."""
    return (datetime.fromisoformat(text.replace("Z", "+00:00")) - EPOCH) // timedelta(microseconds=1)


def written(at):
    moment = EPOCH + timedelta(microseconds=at)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ") if at % 1000 else moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03}Z"


def last_sunday(year, month):
    day = date(year, month, 31)
    return day - timedelta(days=(day.weekday() + 1) % 7)


def summer(year):
    """From 01:00 UTC on the last Sunday of March to 01:00 UTC on the last Sunday of October clocks show an hour more."""
    return tuple((last_sunday(year, month) - date(1970, 1, 1)).days * DAY + HOUR for month in (3, 10))


def midnight(day):
    utc = (day - date(1970, 1, 1)).days * DAY
    start, end = summer(day.year)
    return utc - HOUR if start <= utc - HOUR < end else utc


def london_day(at):
    start, end = summer((EPOCH + timedelta(microseconds=at)).year)
    return date(1970, 1, 1) + timedelta(days=(at + (HOUR if start <= at < end else 0)) // DAY)


def open_windows(hours, day):
    """Open parts of a London day, by OCPI's Hours; None: not told, and so always."""
    begin, end = midnight(day), midnight(day + timedelta(days=1))
    if not hours or not (hours.get("twentyfourseven") or hours.get("regular_hours") or hours.get("exceptional_openings")):
        return [(begin, end)]
    marks = []
    if hours.get("twentyfourseven"):
        marks.append((begin, end))
    else:
        start, stop = summer(day.year)
        parts = [(begin, end)]
        for change in (start, stop):
            parts = [piece for a, b in parts for piece in ([(a, change), (change, b)] if a < change < b else [(a, b)])]
        for a, b in parts:
            utc = (day - date(1970, 1, 1)).days * DAY - (HOUR if start <= a < stop else 0)
            for period in hours.get("regular_hours") or []:
                first, last = (sum(int(part) * unit for part, unit in zip(period[name].split(":"), (HOUR, MINUTE))) for name in ("period_begin", "period_end"))
                last = DAY if period["period_end"] in ("23:59", "24:00") else last
                overnight = last <= first
                if day.isoweekday() == int(period["weekday"]):
                    marks.append((max(a, utc + first), min(b, utc + (DAY if overnight else last))))
                if overnight and day.isoweekday() == int(period["weekday"]) % 7 + 1:
                    marks.append((a, min(b, utc + last)))
        marks += [(max(begin, us(p["period_begin"])), min(end, us(p["period_end"]))) for p in hours.get("exceptional_openings") or []]
    closed = [(us(p["period_begin"]), us(p["period_end"])) for p in hours.get("exceptional_closings") or []]
    merged = []
    for a, b in sorted((a, b) for a, b in marks if a < b):
        if merged and a <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], b))
        else:
            merged.append((a, b))
    for x, y in closed:
        merged = [piece for a, b in merged for piece in ((a, min(b, x)), (max(a, y), b)) if piece[0] < piece[1]]
    return merged


def known_spans(changes, covered):
    """(from, to, status): a status lasts until the next change, and no longer than the window of the ledger in which it began. That which still lasts is seen by crawls: it is
    known in each window that begins after it."""
    starts = [a for a, _ in covered]
    spans = [(a, b, changes[-1][1]) for a, b in covered if changes and changes[-1][0] < a]
    for i, (at, status) in enumerate(changes):
        held = bisect_right(starts, at) - 1
        if held < 0 or at >= covered[held][1]:
            continue
        until = min(covered[held][1], changes[i + 1][0] if i + 1 < len(changes) else covered[held][1])
        if until > at:
            spans.append((at, until, status))
    return spans


def day_of(spans, windows):
    time = defaultdict(int)
    for a, b, status in spans:
        for x, y in windows:
            if min(b, y) > max(a, x):
                time[status] += min(b, y) - max(a, x)
    return time


def thousandths(number):
    return Fraction((2 * number * 1000 + 1) // 2, 1000)


def period_of(day, unit):
    """(text, first day, last day)"""
    if unit == "day":
        return day.isoformat(), day, day
    if unit == "week":
        monday = day - timedelta(days=day.weekday())
        year, week, _ = day.isocalendar()
        return f"{year}-W{week:02}", monday, monday + timedelta(days=6)
    months = {"month": 1, "quarter": 3, "year": 12}[unit]
    first = date(day.year, (day.month - 1) // months * months + 1, 1)
    after = date(first.year + (first.month + months > 12), (first.month + months - 1) % 12 + 1, 1)
    text = {"month": f"{first:%Y-%m}", "quarter": f"{first.year}-Q{first.month // 3 + 1}", "year": str(first.year)}[unit]
    return text, first, after - timedelta(days=1)


def why_not(point):
    if point["borough_gss"] is None:
        return "outside_london"
    if point["access"] is None:
        return "access_unknown"
    if point["access"] != "PUBLIC":
        return "restricted_access"
    if point["max_power_kw"] is None:
        return "power_unknown"
    return "below_50_kw" if point["max_power_kw"] < 50 else None


class World:
    """Charge points with their days, worked out once for all questions."""

    def __init__(self, hub, oracle):
        points, _, _ = hub.all("/v1/charge-points", limit=1000)
        ledger = [row for row in json.loads(hub.text("/v1/coverage"))["data"] if row["dataset"] == "status_changes"]
        self.covered = {row["operator_id"]: sorted((us(w["from"]), us(w["to"])) for w in row["covered"]) for row in ledger if row["covered"]}
        truth, self.points = self.read(oracle, "charge_points"), []
        changes = defaultdict(dict)
        self.newest = max((window[-1][1] for window in self.covered.values()), default=0)
        for record in self.read(oracle, "status_changes"):
            if us(record.get("reported_at") or record["at"]) < self.newest:
                changes[record["charge_point_id"]][(us(record["at"]), record["status"])] = None
        newest = {record["charge_point_id"]: record for record in truth}
        for served in points:
            operator = served["operator_id"]
            if operator not in self.covered or served["charge_point_id"] not in newest:
                continue
            point = dict(newest[served["charge_point_id"]])
            point |= {name: served[name] for name in ("operator_id", "borough_gss", "ward_gss", "power_band", "status", "status_since")}
            first, last = (date.fromisoformat(point[name]) if point.get(name) else None for name in ("commissioned_on", "decommissioned_on"))
            if last is None and point["status"] == "REMOVED":
                last = london_day(us(point["status_since"]))
            point |= {"same": [link["charge_point_id"] for link in served.get("same_as") or []], "first": first or date.min, "last": last or date.max, "spans": known_spans(sorted(changes[served["charge_point_id"]]), self.covered[operator]), "days": {}}
            self.points.append(point)
        if not self.points:
            raise CannotCheck("no operator reports its status changes")
        self.first = london_day(min(w[0][0] for w in self.covered.values())) - timedelta(days=2)
        self.last = london_day(min(w[-1][1] for w in self.covered.values())) - timedelta(days=1)

    @staticmethod
    def read(oracle, dataset):
        records = []
        for file in sorted(Path(oracle).glob(f"*/{dataset}.ndjson")):
            records += [json.loads(line, parse_float=Decimal) for line in file.read_text(encoding="utf-8").splitlines(keepends=True) if line.endswith("\n")]
        return records

    def day(self, point, day):
        """(time by status, open, outside)"""
        if day not in point["days"]:
            windows = open_windows(point.get("opening_hours"), day)
            opened = sum(b - a for a, b in windows)
            point["days"][day] = day_of(point["spans"], windows), opened, midnight(day + timedelta(days=1)) - midnight(day) - opened
        return point["days"][day]


def sets_of(points, apart):
    """What counts as one, the least id first: each charge point, or over operators those that are linked."""
    if apart:
        return [[point] for point in points]
    held, seen, sets = {point["charge_point_id"]: point for point in points}, set(), []
    for name in sorted(held):
        reached = {name} - seen
        todo = list(reached)
        while todo:
            linked = {other for other in held[todo.pop()]["same"] if other in held} - reached
            reached |= linked
            todo += linked
        seen |= reached
        sets += [[held[other] for other in sorted(reached)]] if reached else []
    return sets


def row_of(world, sets, first, last):
    """The measures of one group in one period; None: nothing of it counted. What is one and the same is each day the first of its charge points that counts then."""
    time, network, opened, outside, network_open = defaultdict(int), defaultdict(int), 0, 0, 0
    counted, regulated, seen = 0, 0, 0
    left = defaultdict(lambda: [0, 0])
    for members in sets:
        days = [(day, member) for day in days_between(first, last) for member in [next((m for m in members if m["first"] <= day <= m["last"]), None)] if member]
        if not days:
            left["decommissioned" if all(member["last"] < first for member in members) else "not_yet_commissioned"][0] += 1
            continue
        counted, reason, own, own_open = counted + 1, why_not(members[0]), defaultdict(int), 0
        for day, member in days:
            spent, open_us, out_us = world.day(member, day)
            for status, length in spent.items():
                own[status] += length
            own_open, outside = own_open + open_us, outside + out_us
        opened += own_open
        for status, length in own.items():
            time[status] += length
        if reason:
            left[reason] = [left[reason][0] + 1, left[reason][1] + own_open]
            continue
        regulated, network_open, seen = regulated + 1, network_open + own_open, seen + bool(own)
        for status, length in own.items():
            network[status] += length
    if counted == 0:
        return None
    known, network_known = sum(time.values()), sum(network.values())

    def minutes(length, there=True):
        return thousandths(Fraction(length, MINUTE)) if there else None

    down, exempt, idle = (sum(network[s] for s in pair) for pair in (("INOPERATIVE", "OUTOFORDER"), ("UNKNOWN", "BLOCKED"), ("PLANNED", "REMOVED")))
    operated = network_known - idle
    row = {"charge_points": counted} | {f"{s.lower()}_minutes": minutes(time[s], known > 0) for s in STATUSES}
    row |= {
        "missing_minutes": minutes(opened - known), "outside_hours_minutes": minutes(outside), "coverage_percent": Fraction(known * 1000 // opened, 10) if opened else None,
        "network_charge_points": regulated, "network_operated_minutes": minutes(operated, network_known > 0), "network_down_minutes": minutes(down, network_known > 0),
        "network_exempt_minutes": minutes(exempt, network_known > 0), "network_not_operated_minutes": minutes(idle, network_known > 0),
        "network_missing_minutes": minutes(network_open - network_known, regulated > 0),
        "reliability_r1_percent": thousandths(Fraction(100 * (operated - down), operated)) if operated else None,
        "reliability_r2_percent": thousandths(Fraction(100 * (operated - down - exempt), operated - exempt)) if operated > exempt else None,
    }
    if regulated > seen:
        left["never_observed"] = [regulated - seen, None]
    row["left_out"] = {reason: (count, None if length is None else minutes(length)) for reason, (count, length) in left.items()}
    return row


def expected(world, question):
    points = [p for p in world.points if all(p[name] in values for name, values in question["only"].items())]
    groups = defaultdict(list)
    for members in sets_of(points, bool({"charge_point", "location", "operator"} & set(question["groups"]))):
        groups[tuple(members[0][KEY_OF.get(g, g)] for g in question["groups"])].append(members)
    order = sorted(groups, key=lambda key: [(value is None, value or "") for value in key])
    first, rows = question["first"], []
    while first <= question["last"]:
        text, start, end = period_of(first, question["unit"]) if question["unit"] else (None, question["first"], question["last"])
        end = min(end, question["last"])
        for key in order:
            row = row_of(world, groups[key], first, end)
            if row:
                columns = {name: groups[key][0][0][name] for group in question["groups"] for name in GROUPS[group]}
                period = {"period": text} if question["unit"] else {}
                rows.append(period | {"period_from": written(midnight(first)), "period_to": written(midnight(end + timedelta(days=1)))} | columns | row)
        first = end + timedelta(days=1)
    return rows


def asked(rng, world):
    groups = sorted(rng.sample(list(GROUPS), rng.choice([0, 1, 1, 2])), key=list(GROUPS).index)
    operators = sorted(world.covered)
    only = {"operator_id": rng.sample(operators, rng.randint(1, len(operators)))}
    for name, chance in (("borough_gss", 0.2), ("power_band", 0.2), ("access", 0.15), ("charge_point_id", 0.1), ("location_id", 0.1)):
        values = sorted({p[name] for p in world.points if p[name] is not None})
        if rng.random() < chance and values:
            only[name] = rng.sample(values, min(len(values), rng.randint(1, 3)))
    span = (world.last - world.first).days
    first = world.first + timedelta(days=rng.randint(0, span))
    return {"groups": groups, "unit": rng.choice([None, *UNITS]), "only": only, "first": first, "last": first + timedelta(days=rng.randint(0, (world.last - first).days))}


def parameters(question):
    named = {"operator_id": "operator", "borough_gss": "borough", "charge_point_id": "charge_point", "location_id": "location"}
    words = question["groups"] + ([question["unit"]] if question["unit"] else [])
    return {"from": question["first"].isoformat(), "to": (question["last"] + timedelta(days=1)).isoformat(), "limit": 1000, "group_by": ",".join(words or ["operator"])} | {
        named.get(name, name): ",".join(values) for name, values in question["only"].items()}


def differences(served, wanted):
    if len(served) != len(wanted):
        return [f"{len(served)} rows, expected {len(wanted)}"]
    found = []
    for row, truth in zip(served, wanted):
        for name, value in truth.items():
            got = row.get(name)
            if name == "left_out":
                got = {r["reason"]: (int(r["charge_points"]), None if r["open_minutes"] is None else Fraction(r["open_minutes"])) for r in got}
            elif isinstance(got, Decimal):
                got = Fraction(got)
            if got != value:
                found.append(f"{name} is {row.get(name)}, expected {float(value) if isinstance(value, Fraction) else value}: {json.dumps({n: v for n, v in truth.items() if isinstance(v, str)})}")
    return found


def check(hub, oracle, queries, seed):
    world, rng = World(hub, oracle), random.Random(seed)
    faults, first_faults, rows, observed, reliable = 0, [], 0, 0, 0
    for _ in range(queries):
        question = asked(rng, world)
        if not question["groups"] and not question["unit"]:
            question["groups"] = ["operator"]
        served, _, _ = hub.all("/v1/reliability", **parameters(question))
        wanted = expected(world, question)
        found = differences(served, wanted)
        rows, observed = rows + len(wanted), observed + sum(row["coverage_percent"] not in (None, 0) for row in wanted)
        reliable += sum(row["reliability_r2_percent"] is not None for row in wanted)
        if found:
            faults += 1
            first_faults += [f"{json.dumps(parameters(question))}: {'; '.join(found[:3])}"] if len(first_faults) < 20 else []
    return {"equal": faults == 0, "questions": queries, "rows": rows, "observed_rows": observed, "rows_with_reliability": reliable, "charge_points": len(world.points), "linked": sum(bool(point["same"]) for point in world.points), "faults": faults, "first_faults": first_faults}


def self_test():
    """The arithmetic of this file itself, by hand, and that a difference is seen."""
    shop = {"regular_hours": [{"weekday": 7, "period_begin": "01:30", "period_end": "02:30"}, {"weekday": 6, "period_begin": "22:00", "period_end": "01:15"}]}

    def length(day):
        return sum(b - a for a, b in open_windows(shop, day)) // MINUTE

    row = {"charge_points": Decimal(1), "available_minutes": Decimal("1.5"), "left_out": [{"reason": "below_50_kw", "charge_points": Decimal(1), "open_minutes": Decimal(2)}]}
    truth = {"charge_points": 1, "available_minutes": Fraction(3, 2), "left_out": {"below_50_kw": (1, Fraction(2))}}
    checks = {
        "days": [(midnight(date(2026, m, d + 1)) - midnight(date(2026, m, d))) // HOUR for m, d in ((3, 28), (3, 29), (10, 25), (10, 26))] == [24, 23, 25, 24],
        "day of an instant": london_day(us("2026-07-01T23:00:00Z")) == date(2026, 7, 2) and written(us("2026-03-29T01:00:00.5Z")) == "2026-03-29T01:00:00.500Z",
        "hours": [length(date(2026, 3, 29)), length(date(2026, 10, 25)), length(date(2026, 11, 22)), length(date(2026, 11, 21))] == [90, 180, 135, 120],
        "gap": known_spans([(0, "AVAILABLE"), (15 * HOUR, "OUTOFORDER")], [(0, 10 * HOUR), (11 * HOUR, 24 * HOUR)]) == [(0, 10 * HOUR, "AVAILABLE"), (15 * HOUR, 24 * HOUR, "OUTOFORDER")],
        "what lasts": known_spans([(0, "OUTOFORDER")], [(2 * HOUR, 10 * HOUR), (11 * HOUR, 24 * HOUR)]) == [(2 * HOUR, 10 * HOUR, "OUTOFORDER"), (11 * HOUR, 24 * HOUR, "OUTOFORDER")],
        "worked example": [thousandths(Fraction(100 * a, b)) for a, b in ((520_600, 525_600), (470_600, 475_600))] == [Fraction("99.049"), Fraction("98.949")],
        "periods": [period_of(date(2027, 1, 1), unit)[0] for unit in UNITS] == ["2027-01-01", "2026-W53", "2027-01", "2027-Q1", "2027"],
        "what is one and the same": [[p["charge_point_id"] for p in members] for members in sets_of([{"charge_point_id": n, "same": same} for n, same in (("c", "ax"), ("b", ""), ("a", "cd"), ("d", "a"))], False)] == [["a", "c", "d"], ["b"]],
        "equal": not differences([row], [truth]),
        "a number off": bool(differences([row | {"available_minutes": Decimal("1.501")}], [truth])),
        "a reason lost": bool(differences([row | {"left_out": []}], [truth])),
        "a row lost": bool(differences([], [truth])),
    }
    failed = [name for name, held in checks.items() if not held]
    print(f"{len(checks) - len(failed)} passed, {len(failed)} failed {failed or ''}")
    return 1 if failed else 0


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    parser = argparse.ArgumentParser(description="Works /v1/reliability out again from the truth.")
    parser.add_argument("sandbox", help="sandbox.json: base_url, ca_file, keys")
    parser.add_argument("oracle", help="folder of <operator_id>/<dataset>.ndjson")
    parser.add_argument("--queries", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--key", default="gla", help="which of the keys in sandbox.json")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    options = parser.parse_args()
    try:
        sandbox = json.loads(Path(options.sandbox).read_text(encoding="utf-8"))
        result = check(Hub(sandbox["base_url"], sandbox["ca_file"], sandbox["keys"][options.key]), options.oracle, options.queries, options.seed)
    except (CannotCheck, OSError, KeyError, ValueError) as fault:
        result = {"equal": False, "could_not_check": str(fault) if isinstance(fault, CannotCheck) else repr(fault), "first_faults": []}
    if options.json:
        print(json.dumps(result, indent=2, default=str))
    else:
        print(result.get("could_not_check") or f"{result['questions']} questions, {result['rows']} rows, {result['faults']} differ", *result["first_faults"], sep="\n")
    return 0 if result["equal"] else 2 if "could_not_check" in result else 1


if __name__ == "__main__":
    sys.exit(main())
