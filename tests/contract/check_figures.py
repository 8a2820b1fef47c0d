#!/usr/bin/env python3
"""Works out random figures of use anew, by periods and by hours of the week, and holds the hub's against them: days, clock changes, splits, opening hours, lives, groups and
coverage are written here once more, from the published rules. Standard library only, no reference to the project's code, a time zone of its own.

  check_figures.py SANDBOX.json ORACLE_FOLDER|- [--questions N] [--profiles N] [--seed N] [--json]
  check_figures.py --self-test

The hub must have ceased to collect, or it would move on under the questions. First every session and charge point that it serves is held against the
oracle (each must be one of its versions; with - there is none, and what is served is taken as it is); then the figures are of those.
Exit code: 0 equal, 1 different, 2 could not be checked.
"""

import argparse
import json
import random
import sys
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path
from urllib.parse import urlencode

sys.path.insert(0, str(Path(__file__).parent))
import areas  # noqa: E402
import expected as rules  # noqa: E402
from check_truth import Expectation, Oracle, differing_fields  # noqa: E402
from expected import instant, key, thousandths  # noqa: E402
from hub import CannotCheck, Hub  # noqa: E402

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
MICROSECOND = timedelta(microseconds=1)
MINUTE = 60_000_000
HOUR = 60 * MINUTE
LONGEST = 31 * 24 * 60 * MINUTE
TOLERANCE = timedelta(days=7)
COLUMNS = {"charge_point": "charge_point_id", "location": "location_id", "operator": "operator_id", "borough": "borough_gss",
           "ward": "ward_gss", "power_band": "power_band", "funding_stream": "funding_stream"}
ORDER = ("charge_point", "location", "operator", "borough", "ward", "power_band", "funding_stream")
UNITS = ("day", "week", "month", "quarter", "year")
SUMS = ("sessions", "successful_sessions", "unended_sessions", "sessions_without_energy", "sessions_without_charging_minutes", "priced_sessions",
        "energy", "plugged", "charging", "idle", "revenue")
BLANK = ("unused_charge_points", "sessions", "successful_sessions", "unended_sessions", "energy_kwh", "sessions_without_energy", "plugged_minutes", "charging_minutes", "idle_minutes",
         "sessions_without_charging_minutes", "utilisation_percent", "charging_utilisation_percent", "sessions_per_day", "priced_sessions")


def micros(at):
    return (at - EPOCH) // MICROSECOND


def micros_between(begin, end):
    return (end - begin) // MICROSECOND


def last_sunday(year, month):
    last = date(year, month, 31)
    return last - timedelta(days=last.isoweekday() % 7)


def midnight(day):
    """The instant at which the London day begins: an hour early in summer, which begins and ends at 01:00 UTC of the last Sundays of March and October."""
    summer = last_sunday(day.year, 3) < day <= last_sunday(day.year, 10)
    return datetime(day.year, day.month, day.day, tzinfo=timezone.utc) - timedelta(hours=1 if summer else 0)


def day_of(at):
    day = (at + timedelta(hours=1)).date()
    return day if midnight(day) <= at else day - timedelta(days=1)


def shares(total, weights):
    """Whole numbers in proportion: what is left over goes to the largest remainders, the earlier first."""
    whole, sign, total = sum(weights), (-1 if total < 0 else 1), abs(total)
    parts = [total * weight // whole for weight in weights]
    order = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for i in order[:total - sum(parts)]:
        parts[i] += 1
    return [sign * part for part in parts]


def hours_of(day):
    """(hour, begin, end) of each hour that clocks in London show on a day, in microseconds: before 01:00 UTC of a last Sunday as at its midnight, after it as at the next."""
    begin, over = micros(midnight(day)), micros(midnight(day + timedelta(days=1)))
    missing, twice = day == last_sunday(day.year, 3), day == last_sunday(day.year, 10)
    shown = [0, 1, *range(1, 24)] if twice else [0, *range(2, 24)] if missing else list(range(24))
    assert over - begin == len(shown) * HOUR
    return [(hour, begin + n * HOUR, begin + (n + 1) * HOUR) for n, hour in enumerate(shown)]


def charged_of(session, first, last, charging):
    """When it charged, as far as that is told and can be."""
    if session["charge_start_at"] and session["charge_end_at"]:
        inner = max(first, micros(instant(session["charge_start_at"]))), min(last, micros(instant(session["charge_end_at"])))
        if inner[1] > inner[0] and inner[1] - inner[0] >= (charging or 0):
            return inner
    return first, last


def split_hours(session):
    """(day, hour, sums) of each hour that a session touches: each of its days once more, by the same rule."""
    start = micros(instant(session["plug_in_at"]))
    parts = list(split(session))
    end = start + sum(sums["plugged"] for _, sums in parts)
    first, last = charged_of(session, start, end, sum(sums["charging"] for _, sums in parts))
    for number, (day, sums) in enumerate(parts):
        touched = [(hour, max(a, start), min(b, end)) for hour, a, b in hours_of(day) if max(a, start) < min(b, end)]
        if not touched:
            yield day, next(hour for hour, a, b in hours_of(day) if a <= start < b), sums
            continue
        weights = [max(0, min(b, last) - max(a, first)) for _, a, b in touched]
        if not any(weights):
            weights = [1] + [0] * (len(weights) - 1)
        watt_hours, charged = shares(sums["energy"], weights), shares(sums["charging"], weights)
        for i, (hour, a, b) in enumerate(touched):
            yield day, hour, {"sessions": sums["sessions"] if i == 0 else 0, "energy": watt_hours[i], "plugged": b - a, "charging": charged[i]}


def split(session):
    """(day, sums) of each London day that a session touches."""
    start, end = instant(session["plug_in_at"]), instant(session["plug_out_at"] or session["last_updated"])
    believed = 0 <= micros(end) - micros(start) <= LONGEST
    end = end if believed else start
    energy = None if session["energy_kwh"] is None else int((Decimal(session["energy_kwh"]) * 1000).to_integral_value())
    plugged = micros(end) - micros(start)
    charging = min(max(0, int(Decimal(session["charging_minutes"]) * MINUTE)), plugged) if believed and session["charging_minutes"] is not None else None
    priced = session["cost_inc_vat"] is not None and session["currency"] in (None, "GBP")
    counts = {"sessions": 1, "successful_sessions": int(session["outcome"] == "SUCCESS"), "unended_sessions": int(session["plug_out_at"] is None),
              "sessions_without_energy": int(energy is None), "sessions_without_charging_minutes": int(charging is None), "priced_sessions": int(priced),
              "revenue": Decimal(session["cost_inc_vat"]).quantize(Decimal("0.000001"), ROUND_HALF_UP) if priced else 0}
    days, day = [], day_of(start)
    while True:
        begin, over = max(start, midnight(day)), min(end, midnight(day + timedelta(days=1)))
        if days and over <= begin:
            break
        days.append((day, micros(begin), max(micros(begin), micros(over))))
        day += timedelta(days=1)
    if len(days) == 1:
        weights = [1]
    else:
        first, last = charged_of(session, micros(start), micros(end), charging)
        weights = [max(0, min(b, last) - max(a, first)) for _, a, b in days]
    watt_hours, charged = shares(energy or 0, weights), shares(charging or 0, weights)
    for i, (day, a, b) in enumerate(days):
        sums = dict(counts if i == 0 else dict.fromkeys(counts, 0))
        sums |= {"energy": watt_hours[i], "plugged": b - a, "charging": charged[i], "idle": 0 if charging is None else b - a - charged[i]}
        yield day, sums


class Point:
    def __init__(self, record):
        self.record, self.id, self.operator = record, record["charge_point_id"], record["operator_id"]
        self.dated = record["commissioned_on"] is not None
        self.first = date.fromisoformat(record["commissioned_on"]) if self.dated else date.min
        self.last = date.fromisoformat(record["decommissioned_on"]) if record["decommissioned_on"] else date.max
        if record["decommissioned_on"] is None and record["status"] == "REMOVED":
            self.last = day_of(instant(record["status_since"]))
        self.same = sorted(link["charge_point_id"] for link in record.get("same_as") or [])

    def open_at(self, day):
        """(begin, end) in minutes since midnight as clocks show them; None: all day. No regular period over midnight is among what is sent here."""
        hours = self.record["opening_hours"]
        if not hours or hours.get("twentyfourseven") or not hours.get("regular_hours"):
            return None
        periods = []
        for period in hours["regular_hours"]:
            if period["weekday"] == day.isoweekday():
                begin, end = (sum(int(part) * unit for part, unit in zip(period[name].split(":"), (60, 1))) for name in ("period_begin", "period_end"))
                if begin < 180:
                    raise CannotCheck("opening hours in the hour in which clocks change are none that this program knows")
                periods.append((begin, end))
        return periods

    def open_on(self, day):
        """Microseconds."""
        periods = self.open_at(day)
        if periods is None:
            return micros(midnight(day + timedelta(days=1))) - micros(midnight(day))
        return sum((end - begin) * MINUTE for begin, end in periods)


class Ledger:
    """What of each operator's sessions is here: gaps on its axis, stretched to the events that they may hold."""

    def __init__(self, rows):
        self.of = {row["operator_id"]: row for row in rows}
        self.still = min((instant(row["wanted"]["to"]) for row in rows if row["wanted"]), default=EPOCH) - TOLERANCE - timedelta(days=1)

    def share(self, operator, begin, end):
        row = self.of.get(operator)
        if row is None or row["wanted"] is None:
            return Fraction(0)
        if row["axis"] not in ("last_updated", "plug_in_at"):
            raise CannotCheck(f"{operator} has the axis {row['axis']}, which this program does not know")
        back = TOLERANCE if row["axis"] == "last_updated" else timedelta(0)
        wanted = instant(row["wanted"]["from"])
        settled = instant(row["wanted"]["to"])
        axis = max(wanted, begin), min(end + back, settled)
        missing = [(begin, min(wanted, end))] if wanted > begin else []
        at = axis[0]
        for window in sorted(row["covered"], key=lambda w: instant(w["from"])) + [{"from": row["wanted"]["to"], "to": row["wanted"]["to"]}]:
            a, b = instant(window["from"]), instant(window["to"])
            if a > at and at < axis[1]:
                missing.append((at - back, min(a, axis[1])))
            at = max(at, b)
        gone, at = 0, begin
        for a, b in sorted((max(begin, a), min(end, b)) for a, b in missing):
            if b > max(a, at):
                gone += micros(b) - micros(max(a, at))
                at = b
        return 1 - Fraction(gone, micros(end) - micros(begin))


class World:
    def __init__(self, hub, oracle, layer):
        start = datetime(2000, 1, 2, tzinfo=timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        points, _, _ = hub.all("/v1/charge-points", limit=10000)
        sessions, meta, _ = hub.all("/v1/charging-sessions", limit=10000, **{"from": start, "to": "2099-01-01"})
        self.faults = []
        if oracle is not None:
            expectation = Expectation(oracle, layer, False)
            for dataset, rows in (("charge_points", points), ("charging_sessions", sessions)):
                for row in rows:
                    if not any(not differing_fields(row, expectation.of(dataset, version)) for version in oracle.versions[dataset].get(key(dataset, row), [])):
                        self.faults.append(f"{dataset} {key(dataset, row)} is no version of the truth")
        self.points = {row["charge_point_id"]: Point(row) for row in points}
        corrected = {row["corrects_session_id"] for row in sessions if row["corrects_session_id"] not in (None, row["session_id"])}
        self.days = defaultdict(lambda: Counter(dict.fromkeys(SUMS, 0)))
        self.hours = defaultdict(lambda: defaultdict(Counter))
        for session in sessions:
            if session["session_id"] not in corrected:
                for day, sums in split(session):
                    self.days[(session["charge_point_id"], day)].update(sums)
                for day, hour, sums in split_hours(session):
                    self.hours[(session["charge_point_id"], day)][hour].update(sums)
        self.ledger = Ledger(hub._get("/v1/coverage?dataset=charging_sessions")["data"])
        self.sessions, self.first = sessions, min((day for _, day in self.days), default=None)

    def sets(self, points, apart):
        """Charge points as what they count as: those that are the same once, the least id first."""
        if apart:
            return [[point] for point in points]
        held, seen, found = {point.id: point for point in points}, set(), []
        for point in points:
            if point.id in seen:
                continue
            group, seen = [point], seen | {point.id}
            for member in group:
                for other in member.same:
                    if other in held and other not in seen:
                        seen.add(other)
                        group.append(held[other])
            found.append(sorted(group, key=lambda member: member.id))
        return found

    def grouped(self, groups, points):
        """What counts as one, by the key of its group."""
        by_key = defaultdict(list)
        for members in self.sets(points, any(group in ("charge_point", "location", "operator") for group in groups)):
            by_key[tuple(members[0].record[COLUMNS[group]] for group in groups)].append(members)
        return by_key

    @staticmethod
    def told(members, first, last):
        """(member, first day, last day): on each day what is one and the same is the first of its members that counts then."""
        free, told = [(max(first, min(m.first for m in members)), min(last, max(m.last for m in members)))], []
        for member in members:
            rest = []
            for a, b in free:
                begin, end = max(a, member.first), min(b, member.last)
                if begin > end:
                    rest.append((a, b))
                    continue
                told.append((member, begin, end))
                rest += [(a, begin - timedelta(days=1))] if a < begin else []
                rest += [(end + timedelta(days=1), b)] if end < b else []
            free = rest
        return told

    def share_of(self, told):
        """What is here of one that changed hands in a period: of each operator on the days on which it is that one's."""
        windows = [(member.operator, midnight(begin), midnight(end + timedelta(days=1))) for member, begin, end in told]
        return sum(self.ledger.share(*window) * micros_between(*window[1:]) for window in windows) / sum(micros_between(*window[1:]) for window in windows)

    def figures(self, groups, periods, points):
        """Rows by period and key: what the hub must answer."""
        rows, by_key = {}, self.grouped(groups, points)
        for text, first, last in periods:
            days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
            begin, end = midnight(first), midnight(last + timedelta(days=1))
            for group_key, sets in by_key.items():
                row = self.row(sets, days)
                weights = Counter()
                handed_over = []
                for members in sets:
                    told = self.told(members, first, last)
                    if len({member.operator for member, _, _ in told}) > 1:
                        handed_over.append(self.share_of(told))
                    elif told:
                        weights[told[0][0].operator] += 1
                counted = sum(weights.values()) + len(handed_over)
                if not counted and row.pop("is_empty"):
                    continue
                row.pop("is_empty", None)
                share = (sum(self.ledger.share(operator, begin, end) * count for operator, count in weights.items()) + sum(handed_over)) / counted if counted else None
                row["coverage_percent"] = None if share is None else Decimal(share * 1000 // 1) / 10
                if end > self.ledger.still:
                    # Since it ceased to collect the hub misses more with each minute of what may have changed in the week before.
                    for name in ("coverage_percent", *(BLANK if row["nothing"] else ())):
                        del row[name]
                elif not row["coverage_percent"] and row["nothing"]:
                    row |= dict.fromkeys(BLANK)
                del row["nothing"]
                rows[(text, group_key)] = row
        return rows

    def profiles(self, groups, first, last, points):
        """Rows by key, weekday and hour: what the hub must answer."""
        days, rows = [first + timedelta(days=n) for n in range((last - first).days + 1)], {}
        # A window that has a name is called by it, whatever the name is.
        text, by_key = cut(None, first, last)[0][0], self.grouped(groups, points)
        for (_, group_key), whole in self.figures(groups, [(text, first, last)], points).items():
            is_blind = whole.get("sessions", 0) is None
            sums, lasted, came, open_time = (defaultdict(Counter), Counter(), Counter(), Counter())
            for day in days:
                shown = hours_of(day)
                for hour in {hour for hour, _, _ in shown}:
                    came[(day.isoweekday(), hour)] += 1
                for hour, a, b in shown:
                    lasted[(day.isoweekday(), hour)] += b - a
                always = 0
                for members in by_key[group_key]:
                    counting = next((member for member in members if member.first <= day <= member.last), None)
                    if counting is not None:
                        periods = counting.open_at(day)
                        always += periods is None
                        # None is open by periods in an hour in which clocks change, so that each here has 60 minutes.
                        for begin, end in periods or ():
                            for hour in range(begin // 60, (end + 59) // 60):
                                open_time[(day.isoweekday(), hour)] += (min(end, hour * 60 + 60) - max(begin, hour * 60)) * MINUTE
                    told = next((self.hours[(member.id, day)] for member in members if (member.id, day) in self.hours), {})
                    for hour, part in told.items():
                        sums[(day.isoweekday(), hour)].update(part)
                for hour, a, b in shown:
                    open_time[(day.isoweekday(), hour)] += always * (b - a)
            for weekday in range(1, 8):
                for hour in range(24):
                    place = (weekday, hour)
                    some, open_here = sums[place], open_time[place]
                    row = {"days": came[place], "hour_minutes": thousandths(Fraction(lasted[place], MINUTE)), "open_minutes": thousandths(Fraction(open_here, MINUTE))}
                    used = {
                        "sessions": some["sessions"], "energy_kwh": Decimal(some["energy"]) / 1000, "plugged_minutes": thousandths(Fraction(some["plugged"], MINUTE)),
                        "charging_minutes": thousandths(Fraction(some["charging"], MINUTE)),
                        "utilisation_percent": None if open_here == 0 else thousandths(Fraction(some["plugged"] * 100, open_here)),
                        "charging_utilisation_percent": None if open_here == 0 else thousandths(Fraction(some["charging"] * 100, open_here)),
                        "average_occupied_charge_points": None if lasted[place] == 0 else thousandths(Fraction(some["plugged"], lasted[place])),
                    }
                    if "sessions" in whole:
                        row |= dict.fromkeys(used) if is_blind else used
                    if "coverage_percent" in whole:
                        row["coverage_percent"] = whole["coverage_percent"]
                    rows[(text, group_key, weekday, hour)] = row
        return rows

    def row(self, sets, days):
        sums, counted, undated, used, open_time = Counter(dict.fromkeys(SUMS, 0)), 0, 0, 0, 0
        for members in sets:
            counts = was_used = is_undated = False
            for day in days:
                counting = next((member for member in members if member.first <= day <= member.last), None)
                if counting is not None:
                    counts, is_undated = True, is_undated or not counting.dated
                    open_time += counting.open_on(day)
                told = next((self.days[(member.id, day)] for member in members if (member.id, day) in self.days), None)
                if told is not None:
                    sums.update(told)
                    was_used = was_used or told["sessions"] > 0
            counted += counts
            undated += is_undated
            used += counts and was_used
        is_empty = all(value == 0 for value in sums.values())
        def minutes(value):
            return thousandths(Fraction(value, MINUTE))
        def percent(value):
            return None if open_time == 0 else thousandths(Fraction(value * 100, open_time))
        return {
            "charge_points": counted, "undated_charge_points": undated, "unused_charge_points": counted - used, "sessions": sums["sessions"],
            "successful_sessions": sums["successful_sessions"], "unended_sessions": sums["unended_sessions"], "energy_kwh": Decimal(sums["energy"]) / 1000,
            "sessions_without_energy": sums["sessions_without_energy"], "plugged_minutes": minutes(sums["plugged"]), "charging_minutes": minutes(sums["charging"]),
            "idle_minutes": minutes(sums["idle"]), "sessions_without_charging_minutes": sums["sessions_without_charging_minutes"], "open_minutes": minutes(open_time),
            "utilisation_percent": percent(sums["plugged"]), "charging_utilisation_percent": percent(sums["charging"]),
            "sessions_per_day": thousandths(Fraction(sums["sessions"], len(days))), "revenue_inc_vat": Decimal(sums["revenue"]) if sums["priced_sessions"] else None,
            "priced_sessions": sums["priced_sessions"], "nothing": is_empty, "is_empty": is_empty,
        }


def first_of(unit, day):
    return {"day": day, "week": day - timedelta(days=day.isoweekday() - 1), "month": day.replace(day=1), "quarter": day.replace(day=1, month=(day.month - 1) // 3 * 3 + 1),
            "year": day.replace(day=1, month=1)}[unit]


def next_of(unit, day):
    first = first_of(unit, day)
    if unit in ("day", "week"):
        return first + timedelta(days=1 if unit == "day" else 7)
    months = first.year * 12 + first.month - 1 + {"month": 1, "quarter": 3, "year": 12}[unit]
    return date(months // 12, months % 12 + 1, 1)


def name_of(unit, day):
    first = first_of(unit, day)
    week = first.isocalendar()
    return {"day": first.isoformat(), "week": f"{week[0]}-W{week[1]:02}", "month": f"{first:%Y-%m}", "quarter": f"{first.year}-Q{(first.month + 2) // 3}", "year": f"{first.year}"}[unit]


def cut(unit, first, last):
    if unit is None:
        whole = next((name_of(u, first) for u in UNITS if first_of(u, first) == first and next_of(u, first) == last + timedelta(days=1)), None)
        return [(whole, first, last)]
    periods, day = [], first
    while day <= last:
        over = next_of(unit, day)
        periods.append((name_of(unit, day), day, min(last, over - timedelta(days=1))))
        day = over
    return periods


def question(draw, world, today):
    groups = draw.sample(sorted(COLUMNS), draw.choice((0, 1, 1, 2)))
    unit = draw.choice((None, *UNITS))
    days = (today - world.first).days
    first = world.first + timedelta(days=draw.randint(-10, days - 1))
    last = min(today - timedelta(days=1), first + timedelta(days=draw.choice((0, 0, 1, 6, 30, 91, 365))))
    parameters = {"from": first.isoformat(), "to": (last + timedelta(days=1)).isoformat(), "group_by": ",".join([*groups, *([unit] if unit else [])])}
    if not parameters["group_by"]:
        unit = parameters["group_by"] = "year"
    if draw.random() < 0.2:
        name = draw.choice(UNITS)
        first, last = first_of(name, first), next_of(name, first) - timedelta(days=1)
        if last >= today:
            first, last = first_of(name, first - timedelta(days=366)), next_of(name, first - timedelta(days=366)) - timedelta(days=1)
        del parameters["from"], parameters["to"]
        parameters["period"] = name_of(name, first)
    return groups, cut(unit, first, last), *narrowed(draw, world, parameters)


def profile_question(draw, world, today):
    """Of some groups, over a quarter at most, or of some charge points over a year; often where clocks change. By charge point only of few, as each has 168 rows."""
    named = draw.random() < 0.3
    few = named or len(world.points) <= 50
    groups = draw.sample([group for group in sorted(COLUMNS) if few or group not in ("charge_point", "location")], draw.choice((0, 1, 1, 2)))
    length = draw.choice((1, 2, 7, 31, 92, 366) if named else (1, 2, 7, 31, 92))
    changes = [day for year in range(world.first.year, today.year + 1) for day in (last_sunday(year, 3), last_sunday(year, 10)) if world.first <= day < today]
    about = draw.choice(changes) if changes and draw.random() < 0.5 else world.first + timedelta(days=draw.randint(-10, (today - world.first).days - 1))
    first = about - timedelta(days=draw.randint(0, length - 1))
    last = min(today - timedelta(days=1), first + timedelta(days=length - 1))
    parameters = {"from": first.isoformat(), "to": (last + timedelta(days=1)).isoformat()}
    if groups:
        parameters["group_by"] = ",".join(groups)
    if named:
        some = draw.sample(sorted(world.points), min(len(world.points), 5))
        parameters["charge_point"] = ",".join(some)
        return groups, first, last, [world.points[name] for name in sorted(some)], parameters
    return groups, first, last, *narrowed(draw, world, parameters)


def narrowed(draw, world, parameters):
    """The charge points that some filters leave; the filters are put among the parameters."""
    points = list(world.points.values())
    for name in draw.sample(["operator", "borough", "power_band", "funding_stream", "access", "charge_point", "location", "max_power_kw__gte"], draw.choice((0, 0, 1, 1, 2))):
        if name == "max_power_kw__gte":
            parameters[name] = "22"
            points = [point for point in points if point.record["max_power_kw"] is not None and point.record["max_power_kw"] >= 22]
            continue
        field = COLUMNS.get(name, name)
        words = sorted({point.record[field] for point in world.points.values() if point.record[field]})
        if words:
            some = draw.sample(words, min(len(words), draw.randint(1, 3)))
            parameters[name] = ",".join(some)
            points = [point for point in points if point.record[field] in some]
    return points, parameters


def ask_profiles(hub, world, draw, today, questions):
    """(rows, faults) of random profiles."""
    rows, faults = 0, []
    for number in range(questions):
        groups, first, last, points, parameters = profile_question(draw, world, today)
        target = f"/v1/usage/profile?{urlencode(parameters)}"
        answer, _, _ = hub.all("/v1/usage/profile", limit=draw.choice((200, 1000, 50000)), **parameters)
        order = sorted(groups, key=ORDER.index)
        wanted = world.profiles(order, first, last, points)
        served = {(row["period"], tuple(row[COLUMNS[group]] for group in order), row["weekday"], row["hour"]): row for row in answer}
        rows += len(wanted)
        if len(served) != len(answer) or served.keys() != wanted.keys():
            faults.append(f"profile {number}: {target}: {len(answer)} rows, {len(wanted)} expected; missing {list(wanted.keys() - served.keys())[:2]}, not expected {list(served.keys() - wanted.keys())[:2]}")
            continue
        for row_key, row in wanted.items():
            differing = same(served[row_key], row)
            if differing:
                faults.append(f"profile {number}: {target}: {row_key}: " + ", ".join(f"{name} {served[row_key].get(name)} for {row[name]}" for name in differing))
                break
    return rows, faults


def same(served, wanted):
    return sorted(name for name, value in wanted.items() if (served.get(name) is None) != (value is None) or (value is not None and Decimal(served[name]) != Decimal(value)))


def check(hub, oracle, layer, options):
    world, draw, faults, rows, units, by = World(hub, oracle, layer), random.Random(options.seed), [], 0, Counter(), Counter()
    if world.first is None:
        raise CannotCheck("there is no session to make figures of")
    today = day_of(datetime.now(timezone.utc)) if options.today is None else date.fromisoformat(options.today)
    faults.extend(world.faults)
    for number in range(options.questions):
        groups, periods, points, parameters = question(draw, world, today)
        target = f"/v1/usage?{urlencode(parameters)}"
        answer, _, _ = hub.all("/v1/usage", limit=draw.choice((50, 1000, 50000)), **parameters)
        order = sorted(groups, key=ORDER.index)
        wanted = world.figures(order, periods, points)
        served = {(row["period"], tuple(row[COLUMNS[group]] for group in order)): row for row in answer}
        units[periods[0] and (parameters["group_by"].split(",")[-1] if parameters["group_by"].split(",")[-1] in UNITS else "whole window")] += 1
        by.update(order or ["london"])
        rows += len(wanted)
        if len(served) != len(answer) or served.keys() != wanted.keys():
            faults.append(f"{number}: {target}: {len(answer)} rows, {len(wanted)} expected; missing {list(wanted.keys() - served.keys())[:2]}, not expected {list(served.keys() - wanted.keys())[:2]}")
            continue
        for row_key, row in wanted.items():
            differing = same(served[row_key], row)
            if differing:
                faults.append(f"{number}: {target}: {row_key}: " + ", ".join(f"{name} {served[row_key].get(name)} for {row[name]}" for name in differing))
                break
    profile_rows, wrong = ask_profiles(hub, world, draw, today, options.profiles)
    faults.extend(wrong)
    return {"equal": not faults, "questions": options.questions, "rows": rows, "profiles": options.profiles, "profile_rows": profile_rows, "sessions": len(world.sessions), "charge_points": len(world.points), "days": (today - world.first).days,
            "linked": sum(1 for point in world.points.values() if point.same), "removed": sum(1 for point in world.points.values() if point.last < today), "by": dict(by), "units": dict(units),
            "faults": len(faults), "first_faults": faults[:20]}


def self_test():
    """What was worked out by hand; and that a difference in any measure is seen."""
    session = dict.fromkeys(("charge_start_at", "charge_end_at", "cost_inc_vat", "currency")) | {
        "plug_in_at": "2026-07-01T21:00:00Z", "plug_out_at": "2026-07-02T03:00:00Z", "energy_kwh": 10, "charging_minutes": 90, "outcome": "SUCCESS", "last_updated": "2026-07-02T03:00:00Z"}
    days = list(split(session | {"charge_start_at": "2026-07-01T22:00:00Z", "charge_end_at": "2026-07-01T23:30:00Z"}))
    row = {"sessions": 2, "energy_kwh": Decimal("1.5"), "revenue_inc_vat": None}
    point = {"operator_id": "x", "status": "AVAILABLE", "opening_hours": None}
    checks = {
        "midnights of the days on which clocks change": [midnight(date(2026, *day)).hour for day in ((3, 29), (3, 30), (10, 25), (10, 26))] == [0, 23, 23, 0],
        "the day before and after a midnight in summer": [day_of(datetime(2026, 7, 1, hour, 30, tzinfo=timezone.utc)).day for hour in (22, 23)] == [1, 2],
        "largest remainders": shares(10, [1, 1, 1]) == [4, 3, 3] and shares(-10, [1, 2]) == [-3, -7],
        "a session over midnight": [(d.day, s["energy"], s["plugged"] // MINUTE, s["charging"] // MINUTE, s["idle"] // MINUTE, s["sessions"]) for d, s in days] == [(1, 6667, 120, 60, 60, 1), (2, 3333, 240, 30, 210, 0)],
        "hours of days on which clocks change": [[hour for hour, _, _ in hours_of(date(2026, *day))][:4] for day in ((3, 28), (3, 29), (10, 25))] == [[0, 1, 2, 3], [0, 2, 3, 4], [0, 1, 1, 2]],
        "a session over hours": [(d.day, hour, s["energy"], s["plugged"] // MINUTE, s["charging"] // MINUTE, s["sessions"]) for d, hour, s in split_hours(
            session | {"plug_in_at": "2026-07-01T07:40:00Z", "plug_out_at": "2026-07-01T10:10:00Z", "energy_kwh": Decimal("1.001"), "charging_minutes": 60,
                       "charge_start_at": "2026-07-01T08:30:00Z", "charge_end_at": "2026-07-01T09:30:00Z"})] == [(1, 8, 0, 20, 0, 1), (1, 9, 501, 60, 30, 0), (1, 10, 500, 60, 30, 0), (1, 11, 0, 10, 0, 0)],
        "hours that add up to their days": all(
            Counter(sums) == sum((Counter({name: part[name] for name in ("sessions", "energy", "plugged", "charging")}) for d, _, part in split_hours(night) if d == day), Counter())
            for night in (session | {"plug_in_at": "2026-10-24T20:07:01Z", "plug_out_at": "2026-10-26T03:00:59Z", "charging_minutes": 700, "energy_kwh": Decimal("33.333")},)
            for day, sums in ((d, {name: s[name] for name in ("sessions", "energy", "plugged", "charging") if s[name]}) for d, s in split(night))),
        "an end that is not believed": [s["plugged"] for _, s in split(session | {"plug_out_at": "2026-09-01T00:00:00Z"})] == [0],
        "one that changed hands": [(m.id, a.day, b.day) for m, a, b in World.told([Point(point | {"charge_point_id": name, "commissioned_on": since, "decommissioned_on": until}) for name, since, until in (
            ("a", "2026-07-11", "2026-07-20"), ("b", "2026-07-05", "2026-07-12"), ("c", None, "2026-07-30"))], date(2026, 7, 2), date(2026, 7, 31))] == [("a", 11, 20), ("b", 5, 10), ("c", 2, 4), ("c", 21, 30)],
        "names of periods": [name_of(unit, date(2026, 1, 2)) for unit in UNITS] == ["2026-01-02", "2026-W01", "2026-01", "2026-Q1", "2026"],
        "periods that the window cuts": [(name, (last - first).days + 1) for name, first, last in cut("month", date(2026, 1, 30), date(2026, 3, 2))] == [("2026-01", 2), ("2026-02", 28), ("2026-03", 2)],
        "a window that is a period": cut(None, date(2026, 4, 1), date(2026, 6, 30))[0][0] == "2026-Q2" and cut(None, date(2026, 4, 1), date(2026, 6, 29))[0][0] is None,
        "equal rows": same({"sessions": 2, "energy_kwh": 1.5, "revenue_inc_vat": None}, row) == [],
        "another number": same({"sessions": 2, "energy_kwh": Decimal("1.501"), "revenue_inc_vat": None}, row) == ["energy_kwh"],
        "null for a number, and a number for null": same({"sessions": None, "energy_kwh": 1.5, "revenue_inc_vat": 0}, row) == ["revenue_inc_vat", "sessions"],
    }
    failed = [name for name, held in checks.items() if not held]
    print("\n".join([*(f"failed: {name}" for name in failed), f"{len(checks) - len(failed)} passed, {len(failed)} failed"]))
    return 1 if failed else 0


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    parser = argparse.ArgumentParser(description="Works out random figures anew and compares the hub's with them.")
    parser.add_argument("sandbox", help="sandbox.json: base_url, ca_file, keys")
    parser.add_argument("oracle", help="folder of <operator_id>/<dataset>.ndjson; -: none, what is served is taken as it is")
    parser.add_argument("--questions", type=int, default=1000)
    parser.add_argument("--profiles", type=int, default=200, help="questions about hours of the week")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--today", help="London date as of which the hub answers; default: today")
    parser.add_argument("--key", default="gla", help="which of the keys in sandbox.json")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    options = parser.parse_args()
    try:
        sandbox = json.loads(Path(options.sandbox).read_text(encoding="utf-8"))
        hub = Hub(sandbox["base_url"], sandbox.get("ca_file"), sandbox["keys"][options.key])
        oracle = None if options.oracle == "-" else Oracle(options.oracle)
        result = check(hub, oracle, areas.load_beside(options.sandbox), options)
    except (CannotCheck, OSError, KeyError) as fault:
        result = {"equal": False, "could_not_check": str(fault) if isinstance(fault, CannotCheck) else repr(fault)}
    print(json.dumps(result, indent=2) if options.json else "\n".join(f"{name}: {value}" for name, value in result.items()))
    return 0 if result["equal"] else 2 if "could_not_check" in result else 1


if __name__ == "__main__":
    sys.exit(main())
