#!/usr/bin/env python3
"""Puts random questions to a hub and to this program, which answers them from the truth of the operators: filters, ranges, places, windows,
order, pages, forms and what follows from status changes are written here once more, from the published rules. Standard library only.

  check_queries.py SANDBOX.json ORACLE_FOLDER [--queries N] [--seed N] [--json]

Everything is asked as of one instant, so that the world may move on meanwhile. First the whole lists are read as of then and held against the
oracle: each record must be one of its versions, none that was settled may be missing, and those versions are what the questions are put to. One
question in ten is asked in every form, and so is each month that the hub has as a file: whole rows, field by field, must be the same, and as many
as the truth has in that month.
When the hub learnt a record no operator can know: `recorded_at` is what /v1/changes tells, so that a window on it holds two routes of the hub against
each other, and against the truth only in that nothing was learnt before it was there.
Exit code: 0 equal, 1 different, 2 could not be checked.
"""

import argparse
import hashlib
import json
import math
import random
import sys
import time
from collections import Counter
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlencode

sys.path.insert(0, str(Path(__file__).parent))
import areas  # noqa: E402
import check_truth  # noqa: E402
import expected as rules  # noqa: E402
from check_truth import EVENT_TIME, Expectation, Oracle, derived_of, differing_fields, visible_since  # noqa: E402
from expected import canonical, instant, key  # noqa: E402
from forms import answer_as, bulk_files, in_every_form  # noqa: E402
from hub import CannotCheck, Hub  # noqa: E402

ROUTES = check_truth.ROUTES | {"reported_usage": "/v1/reported-usage"}
EVENTS = EVENT_TIME | {"reported_usage": "period_from"}
EARTH_RADIUS = 6371008.8
ORDER = {
    "charge_points": ("operator_id", "charge_point_id"), "tariffs": ("operator_id", "tariff_id"),
    "status_changes": ("at", "operator_id", "charge_point_id", "status"), "charging_sessions": ("plug_in_at", "operator_id", "session_id"),
    "outages": ("started_at", "operator_id", "outage_id"), "reported_usage": ("period_from", "operator_id", "reported_usage_id"),
}
TIMES = {
    "charging_sessions": ("plug_in_at", "plug_out_at", "last_updated", "recorded_at"), "status_changes": ("at", "recorded_at"),
    "outages": ("started_at", "ended_at", "last_updated", "recorded_at", "lasting"), "reported_usage": ("period_from",),
}
WEIGHTS = {"charge_points": 3, "tariffs": 1, "status_changes": 3, "charging_sessions": 5, "outages": 3, "reported_usage": 2}
# What a crawl shows is as old as the crawl: a record may be missing that has come since.
CRAWL_SLACK = timedelta(seconds=150)
POINT_WORDS = ("power_band", "access", "funding_stream", "location_type")


def written(at):
    return at.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class World:
    """What the hub holds as of one instant, as the oracle tells it."""

    def __init__(self, hub, oracle, layer, as_of, start):
        self.as_of, self.rows, self.served, self.columns, self.faults, self.missing = as_of, {}, {}, {}, [], Counter()
        self.wards, self.lsoas = (getattr(layer, kind).areas if layer and getattr(layer, kind) else [] for kind in ("ward", "lsoa"))
        expectation = Expectation(oracle, layer, False)
        self.points = {}
        recorded = recorded_by(hub, as_of)
        for dataset, route in ROUTES.items():
            window = {"from": written(min(start, as_of - timedelta(days=366)) if dataset == "reported_usage" else start), "to": written(as_of)} if dataset in EVENTS else {}
            served, meta, _ = hub.all(route, limit=10000, as_of=written(as_of), **window)
            self.rows[dataset] = []
            self.served[dataset] = {key(dataset, record): record for record in served}
            self.columns[dataset] = list(served[0]) if served else []
            if dataset == "outages":
                self.derive(expectation, [record for record in served if record.get("derived")], oracle.reporting)
                served = [record for record in served if not record.get("derived")]
            for record in served:
                versions = oracle.versions[dataset].get(key(dataset, record), [])
                same = next((v for v in reversed(versions) if not differing_fields(record, expectation.of(dataset, v))), None)
                if same is None:
                    self.faults.append(f"{dataset} {key(dataset, record)} is no version of the truth")
                    continue
                learnt, told = recorded.get((dataset, key(dataset, record))), {field: record.get(field) for field in ("borough_gss", "ward_gss", "lsoa21", "status")}
                self.rows[dataset].append(dict(same) | told | {"recorded_at": learnt})
                if dataset in TIMES and "recorded_at" in TIMES[dataset] and (learnt is None or instant(learnt) < visible_since(dataset, same)):
                    self.faults.append(f"{dataset} {key(dataset, record)} was recorded at {learnt}, and there is from {visible_since(dataset, same)}")
            self.find_missing(dataset, oracle, instant(meta["completeness"]["settled_to"]))
            self.rows[dataset].sort(key=lambda row, dataset=dataset: place(dataset, row))
        for point in self.rows["charge_points"]:
            point["power_band"] = rules.power_band(point.get("max_power_kw"))
            self.points[point["charge_point_id"]] = point
        self.judge_statuses()
        self.place_usage()

    def find_missing(self, dataset, oracle, settled):
        """What was there when the answer says that all of it had come, must have."""
        cut = settled if dataset in EVENTS else min(settled, self.as_of) - CRAWL_SLACK
        for id, versions in oracle.versions[dataset].items():
            if id in self.served[dataset] or isinstance(versions[0], rules.DerivedOutage):
                continue
            there = visible_since(dataset, versions[0]) if dataset != "reported_usage" else None
            if there is None or there < cut:
                self.faults.append(f"{dataset} {id} was there at {there} and is not served")

    def judge_statuses(self):
        """A charge point's status is that of its last change as of then, or MISSING with all others of its operator."""
        last = {row["charge_point_id"]: row["status"] for row in sorted(self.rows["status_changes"], key=lambda row: instant(row["at"]))}
        missing = {row["operator_id"] for row in self.rows["charge_points"] if row["status"] == "MISSING" and row["charge_point_id"] in last}
        for row in self.rows["charge_points"]:
            wanted = "MISSING" if row["operator_id"] in missing else last.get(row["charge_point_id"], "MISSING")
            if row["status"] != wanted:
                self.faults.append(f"charge point {row['charge_point_id']} is {row['status']}, and its last change says {wanted}")
            self.missing[row["operator_id"]] += row["status"] == "MISSING"

    def place_usage(self):
        """Figures of a charge point lie in its borough, those of a location where all its charge points do, those of an operator in none."""
        at_location = {}
        for point in self.points.values():
            at_location.setdefault(point.get("location_id"), set()).add(point["borough_gss"])
        for row in self.rows["reported_usage"]:
            held = {self.points[row["charge_point_id"]]["borough_gss"]} if row.get("charge_point_id") in self.points else at_location.get(row.get("location_id"), set()) if row.get("location_id") else set()
            row["borough_gss"] = next(iter(held)) if len(held) == 1 else None

    def derive(self, expectation, served, reporting):
        """Of the status changes as of then: exactly these outages are served of operators that report none."""
        told = {key("outages", record): record for record in served}
        for *_, outage in derived_of(self.rows["status_changes"], reporting):
            record = told.pop(key("outages", outage), None)
            differences = ["not served"] if record is None else differing_fields(record, expectation.of("outages", outage))
            self.faults.extend(f"outages {outage['outage_id']}: {difference}" for difference in differences)
            self.rows["outages"].append(outage)
        self.faults.extend(f"outages {id}: does not follow from the status changes" for id in told)

    def point_of(self, dataset, row):
        return row if dataset == "charge_points" else self.points.get(row["charge_point_id"], {}) if "charge_point_id" in row else {}


def recorded_by(hub, as_of):
    """When the hub learnt each record as it was as of then, as /v1/changes tells: {(dataset, key): instant as written}."""
    found = {}
    for change in answer_as(hub, f"/v1/changes?{urlencode({'dataset': 'charging_sessions,status_changes,outages', 'history': 'all', 'format': 'ndjson'})}", "ndjson").rows:
        if change["operation"] == "upsert" and instant(change["recorded_at"]) <= as_of:
            found[change["dataset"], key(change["dataset"], change["record"])] = change["recorded_at"]
    return found


def place(dataset, row):
    """Where a row stands in its list; a derived outage stands by its charge point."""
    fields = ("started_at", "operator_id", "charge_point_id") if row.get("derived") else ORDER[dataset]
    return [instant(row[field]) if rules.is_instant(field) else row[field] for field in fields]


def metres(point, latitude, longitude):
    if point.get("latitude") is None or point.get("longitude") is None:
        return math.inf
    a, b = (to_vector(float(point["latitude"]), float(point["longitude"])), to_vector(latitude, longitude))
    chord = math.sqrt(sum((x - y) ** 2 for x, y in zip(a, b)))
    return 2 * EARTH_RADIUS * math.asin(min(1, chord / 2))


def to_vector(latitude, longitude):
    phi, theta = math.radians(latitude), math.radians(longitude)
    return (math.cos(phi) * math.cos(theta), math.cos(phi) * math.sin(theta), math.sin(phi))


def minutes(row):
    return rules.minutes(instant(row["plug_in_at"]), instant(row.get("plug_out_at")))


def conditions(draw, world, dataset):
    """Each filter that the route has: parameters, and whether a row meets it."""
    any_row = draw.choice(world.rows[dataset])
    known = sorted({row["operator_id"] for row in world.rows["charge_points"]})
    picked = draw.sample(known, draw.randint(1, min(2, len(known))))
    yield {"operator": ",".join(picked)}, lambda row, point: row["operator_id"] in picked
    if dataset == "tariffs" or dataset == "charge_points":
        changed = instant(any_row.get("last_updated"))
        if changed:
            yield {"last_updated__gte": written(changed)}, lambda row, point: row.get("last_updated") and instant(row["last_updated"]) >= changed
            yield {"last_updated__lt": written(changed)}, lambda row, point: row.get("last_updated") and instant(row["last_updated"]) < changed
    if dataset == "tariffs":
        return
    boroughs = sorted({p["borough_gss"] for p in world.points.values() if p.get("borough_gss")})
    if boroughs:
        some_boroughs = draw.sample(boroughs, draw.randint(1, min(3, len(boroughs))))
        yield {"borough": ",".join(some_boroughs)}, lambda row, point: (row if dataset == "reported_usage" else point).get("borough_gss") in some_boroughs
    if dataset == "reported_usage":
        for name, field in (("group", "group"), ("period_unit", "period_unit")):
            words = sorted({row[field] for row in world.rows[dataset]})
            some = draw.sample(words, draw.randint(1, min(2, len(words))))
            yield {name: ",".join(some)}, lambda row, point, field=field, some=some: row[field] in some
        return
    for name, field, layer in (("ward", "ward_gss", world.wards), ("lsoa", "lsoa21", world.lsoas)):
        stood_in = sorted({p[field] for p in world.points.values() if p.get(field)})
        if stood_in:
            some = draw.sample(stood_in, draw.randint(1, min(4, len(stood_in))))
            # By code or, as in an address, by name, where that is no other's.
            names = Counter(slug(area.name) for area in layer)
            words = [next(slug(a.name) for a in layer if a.code == code) for code in some] if draw.random() < 0.4 else some
            words = [code if names[word] > 1 else word for word, code in zip(words, some)]
            yield {name: ",".join(words)}, lambda row, point, field=field, some=some: point.get(field) in some
    point = world.point_of(dataset, any_row)
    for name in POINT_WORDS:
        words = sorted({p[name] for p in world.points.values() if p.get(name)})
        if words:
            some = draw.sample(words, draw.randint(1, min(2, len(words))))
            yield {name: ",".join(some)}, lambda row, point, name=name, some=some: point.get(name) in some
    standards = sorted({c["standard"] for p in world.points.values() for c in p.get("connectors") or [] if c.get("standard")})
    kind = draw.choice(standards)
    yield {"standard": kind}, lambda row, point: any(c.get("standard") == kind for c in point.get("connectors") or [])
    power = draw.choice(sorted({p["max_power_kw"] for p in world.points.values() if p.get("max_power_kw") is not None}))
    yield {"max_power_kw__gte": str(power)}, lambda row, point: point.get("max_power_kw") is not None and point["max_power_kw"] >= power
    yield {"max_power_kw__lt": str(power)}, lambda row, point: point.get("max_power_kw") is not None and point["max_power_kw"] < power
    if point.get("latitude") is not None:
        latitude, longitude = point["latitude"], point["longitude"]
        # A radius that no charge point's distance is close to: two formulas may differ by a hair.
        away = {id: metres(other, float(latitude), float(longitude)) for id, other in world.points.items()}
        close = {whole for far in away.values() if far < math.inf for whole in (math.floor(far), math.ceil(far)) if abs(far - whole) <= 0.01}
        radius = draw.choice([r for r in range(50, 20000, 37) if r not in close])
        yield {"near": f"{latitude},{longitude}", "radius_m": radius}, lambda row, point: away.get(point.get("charge_point_id"), math.inf) <= radius
        west, south = longitude - Decimal(draw.randint(1, 500)) / 10000, latitude - Decimal(draw.randint(1, 300)) / 10000
        east, north = longitude + Decimal(draw.randint(0, 500)) / 10000, latitude + Decimal(draw.randint(0, 300)) / 10000
        if west < east and south < north:
            yield {"bbox": f"{west},{south},{east},{north}"}, lambda row, point: (
                point.get("latitude") is not None and west <= point["longitude"] <= east and south <= point["latitude"] <= north)
    if dataset == "charging_sessions":
        energy = draw.choice([row["energy_kwh"] for row in world.rows[dataset] if row.get("energy_kwh") is not None])
        yield {"energy_kwh__gte": f"{energy:f}"}, lambda row, point: row.get("energy_kwh") is not None and row["energy_kwh"] >= energy
        yield {"energy_kwh__lt": f"{energy:f}"}, lambda row, point: row.get("energy_kwh") is not None and row["energy_kwh"] < energy
        limit = Decimal(draw.randint(1, 600))
        yield {"plug_in_minutes__gte": str(limit)}, lambda row, point: minutes(row) is not None and exact_minutes(row) >= limit
        yield {"plug_in_minutes__lt": str(limit)}, lambda row, point: minutes(row) is not None and exact_minutes(row) < limit
        users = sorted({row.get("user_type") or "UNKNOWN" for row in world.rows[dataset]})
        some_users = draw.sample(users, draw.randint(1, min(2, len(users))))
        yield {"user_type": ",".join(some_users)}, lambda row, point: (row.get("user_type") or "UNKNOWN") in some_users
    if dataset in ("status_changes", "charge_points"):
        words = sorted({row["status"] for row in world.rows[dataset]})
        some_words = draw.sample(words, draw.randint(1, min(2, len(words))))
        yield {"status": ",".join(some_words)}, lambda row, point: row["status"] in some_words
    if dataset == "outages":
        origin = draw.choice(("reported", "derived"))
        yield {"origin": origin}, lambda row, point: bool(row.get("derived")) == (origin == "derived")
        categories = sorted({row["category"] for row in world.rows[dataset] if row.get("category")})
        if categories:
            some_categories = draw.sample(categories, draw.randint(1, min(2, len(categories))))
            yield {"category": ",".join(some_categories)}, lambda row, point: row.get("category") in some_categories


def slug(name):
    return name.lower().replace(" ", "-")


def is_in(row, field, begin, end):
    if field == "lasting":
        return instant(row["started_at"]) < end and (row.get("ended_at") is None or instant(row["ended_at"]) > begin)
    return bool(row.get(field)) and begin <= instant(row[field]) < end


def exact_minutes(row):
    return Decimal((instant(row["plug_out_at"]) - instant(row["plug_in_at"])) // timedelta(microseconds=1)) / 60_000_000


def question(draw, world, start):
    """Dataset, parameters and the rows that must come, in their order."""
    dataset = draw.choices(list(WEIGHTS), weights=WEIGHTS.values())[0]
    chosen = list(conditions(draw, world, dataset))
    chosen = draw.sample(chosen, min(len(chosen), draw.choice((0, 1, 1, 2, 2, 3))))
    parameters, kept = {"as_of": written(world.as_of)}, world.rows[dataset]
    # Of two ranges of one field each has its own value, and together they may hold nothing: then the hub rightly refuses.
    for asked, meets in chosen:
        if any(name.split("__")[0] == other.split("__")[0] for name in asked for other in parameters):
            continue
        parameters |= asked
        kept = [row for row in kept if meets(row, world.point_of(dataset, row))]
    if dataset in TIMES:
        field = draw.choice(TIMES[dataset])
        # Bounds on the times of rows, too: what stands exactly there is inside at the one end and outside at the other.
        bound = "ended_at" if field == "lasting" else field
        times = [instant(row[bound]) for row in draw.sample(world.rows[dataset], 2) if row.get(bound)]
        moment = start + timedelta(seconds=draw.randint(0, int((world.as_of - start) / timedelta(seconds=1)) - 2))
        begin, end = sorted((times + [moment, moment + timedelta(seconds=draw.choice((600, 3600, 6 * 3600, 48 * 3600)))])[:2])
        end = min(world.as_of, end)
        if dataset == "reported_usage":
            begin, end = usage_window(draw, times, world.as_of)
        if begin >= end:
            begin, end = start, world.as_of
        parameters |= {"from": written(begin), "to": written(end)}
        if field != TIMES[dataset][0]:
            parameters["time_field"] = field
        kept = [row for row in kept if is_in(row, field, begin, end)]
    if draw.random() < 0.4:
        parameters["sort"] = "-" + ORDER[dataset][0]
        kept = kept[::-1]
    return dataset, parameters, kept


def usage_window(draw, times, as_of):
    """Around whole quarters: periods begin at few instants, so that a window of hours would hit none."""
    first = min(times)
    return draw.choice(((first, as_of), (first + timedelta(microseconds=1), as_of), (as_of - timedelta(days=366), first), (first, first + timedelta(days=40)), (first, max(times) + timedelta(days=1))))


def narrowed(draw, world, dataset):
    """Some of the columns, among them those by which rows are told apart; None: all."""
    if draw.random() > 0.25:
        return None
    kept = {*rules.IDS[dataset], *draw.sample(world.columns[dataset], draw.randint(1, len(world.columns[dataset]) - 1))}
    asked = list(kept)
    draw.shuffle(asked)
    return asked


def digest(dataset, ids):
    return hashlib.sha256("\n".join(json.dumps(list(id)) for id in ids).encode()).hexdigest()


def answered(hub, draw, world, dataset, parameters, columns):
    """Keys in the order served, read in one of the forms, and what is wrong with the answer itself."""
    form = draw.choices(("json", "ndjson", "csv", "csv in path", "geojson", "every"), weights=(8, 4, 4, 4, 4 if dataset == "charge_points" else 0, 2))[0]
    more = parameters | ({"select": ",".join(columns)} if columns else {}) | ({"count": "exact"} if draw.random() < 0.3 else {})
    target, amiss = f"{ROUTES[dataset]}?{urlencode(more)}", []
    if form == "every":
        rows, others = in_every_form(hub, ROUTES[dataset], more, draw.choice((100, 1000)))
        return form, [key(dataset, row) for row in rows], [f"{other} has other rows than pages of JSON" for other in others], 0
    if form == "json":
        target += f"&limit={draw.choice((7, 100, 1000)) if draw.random() < 0.5 else 50000}"
    elif form == "csv in path":
        target = target.replace("?", ".csv?", 1)
    else:
        target += f"&format={form}"
    answer = answer_as(hub, target, form)
    wanted = [column for column in world.columns[dataset] if not columns or column in columns]
    if any(told != wanted for told in answer.columns):
        amiss.append(f"the columns are {next(told for told in answer.columns if told != wanted)}, and {wanted} were asked for")
    if form == "json":
        for row in answer.rows:
            whole = world.served[dataset].get(key(dataset, row), {})
            if any(canonical(value, field) != canonical(whole.get(field), field) for field, value in row.items()):
                amiss.append(f"{key(dataset, row)} is {row}, and was {whole}")
    if "count" in more and not (answer.count == len(answer.rows) == answer.counted_in_header):
        amiss.append(f"{answer.count} in meta and {answer.counted_in_header} in the header are counted, and {len(answer.rows)} came")
    if "count" not in more and answer.counted_in_header is not None:
        amiss.append("it is counted, and nobody asked for that")
    return form, [key(dataset, row) for row in answer.rows], amiss, "count" in more


def settled_months(oracle, as_of):
    """How many records the truth has in each month that is over: {(dataset, month): number}, of those datasets that are kept as files."""
    found = Counter()
    for dataset in ("charging_sessions", "status_changes", "reported_usage"):
        for versions in oracle.versions[dataset].values():
            at = instant(versions[-1][EVENTS[dataset]])
            month = rules.london(at)[:7]
            if month < rules.london(as_of - timedelta(hours=1))[:7]:
                found[dataset, month] += 1
    return found


def check(hub, keyless, oracle_folder, layer, options):
    draw = random.Random(options.seed)
    give_up = time.monotonic() + 120
    while True:
        # A world that has only begun is written, and collected, bit by bit.
        as_of = datetime.now(timezone.utc) - timedelta(seconds=1)
        time.sleep(2)
        oracle = Oracle(oracle_folder, tuple(ROUTES))
        times = [instant(v[0][field]) for dataset, field in EVENT_TIME.items() for v in oracle.versions[dataset].values()]
        start = min(times, default=as_of) - timedelta(seconds=1)
        world = World(hub, oracle, layer, as_of, start)
        if all(len(rows) > 1 for rows in world.rows.values()):
            break
        if time.monotonic() > give_up:
            raise CannotCheck(f"of some dataset there is nothing to ask about: { {dataset: len(rows) for dataset, rows in world.rows.items()} }")
    faults, forms, asked, by, rows, empty, counted = list(world.faults), Counter(), Counter(), Counter(), 0, 0, 0
    for number in range(options.queries):
        dataset, parameters, kept = question(draw, world, start)
        columns = narrowed(draw, world, dataset)
        form, served, amiss, is_counted = answered(hub, draw, world, dataset, parameters, columns)
        by.update((f"time_field={parameters['time_field']}" if name == "time_field" else name for name in parameters.keys() - {"as_of", "from", "to", "radius_m"}))
        by.update(["select"] if columns else [])
        counted += is_counted
        faults.extend(f"{number}: {ROUTES[dataset]}?{urlencode(parameters)}: {fault}" for fault in amiss)
        wanted = [key(dataset, row) for row in kept]
        forms[form] += 1
        asked[dataset] += 1
        rows += len(wanted)
        empty += not wanted
        if digest(dataset, served) != digest(dataset, wanted):
            missing, more = [k for k in wanted if k not in set(served)], [k for k in served if k not in set(wanted)]
            faults.append(f"{number}: {ROUTES[dataset]}?{urlencode(parameters)} as {form}: {len(served)} served, {len(wanted)} expected, missing {missing[:2]}, not expected {more[:2]}")
        if options.progress and number % 100 == 99:
            print(f"{number + 1} of {options.queries} questions, {len(faults)} different", file=sys.stderr)
    months = settled_months(oracle, as_of)
    bulk_faults, files, rows_in_files = bulk_files(hub, keyless, months)
    faults.extend(bulk_faults)
    return {
        "equal": not faults, "questions": options.queries, "rows": rows, "without_rows": empty, "forms": dict(forms), "asked": dict(asked), "by": dict(by), "counted": counted,
        "bulk_files": files, "rows_in_bulk_files": rows_in_files, "rows_in_settled_months": sum(months.values()), "missing_statuses": sum(world.missing.values()),
        "records": {dataset: len(kept) for dataset, kept in world.rows.items()}, "faults": len(faults), "first_faults": faults[:20],
    }


def main():
    parser = argparse.ArgumentParser(description="Puts random questions to a hub and compares the answers with the truth.")
    parser.add_argument("sandbox", help="sandbox.json: base_url, ca_file, keys")
    parser.add_argument("oracle", help="folder of <operator_id>/<dataset>.ndjson")
    parser.add_argument("--queries", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--key", default="gla", help="which of the keys in sandbox.json")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    options = parser.parse_args()
    options.progress = sys.stderr.isatty()
    try:
        sandbox = json.loads(Path(options.sandbox).read_text(encoding="utf-8"))
        hub = Hub(sandbox["base_url"], sandbox["ca_file"], sandbox["keys"][options.key])
        keyless = Hub(sandbox["base_url"], sandbox["ca_file"])
        result = check(hub, keyless, options.oracle, areas.load_beside(options.sandbox), options)
    except (CannotCheck, OSError, KeyError) as fault:
        result = {"equal": False, "could_not_check": str(fault) if isinstance(fault, CannotCheck) else repr(fault)}
    print(json.dumps(result, indent=2) if options.json else "\n".join(f"{name}: {value}" for name, value in result.items()))
    return 0 if result["equal"] else 2 if "could_not_check" in result else 1


if __name__ == "__main__":
    sys.exit(main())
