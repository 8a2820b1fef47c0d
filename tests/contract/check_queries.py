#!/usr/bin/env python3
"""Puts random questions to a hub and to this program, which answers them from the truth of the operators: filters, ranges, places, windows,
order, pages, forms and what follows from status changes are written here once more, from the published rules. Standard library only.

  check_queries.py SANDBOX.json ORACLE_FOLDER [--queries N] [--seed N] [--json]

Everything is asked as of one instant, so that the world may move on meanwhile. First the whole lists are read as of then and held against the
oracle: each record must be one of its versions, and those versions are what the questions are put to. One question in ten is asked in every form,
and so is each month that the hub has as a file: whole rows, field by field, must be the same.
Exit code: 0 equal, 1 different, 2 could not be checked.
"""

import argparse
import csv
import gzip
import hashlib
import io
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
import expected as rules  # noqa: E402
from check_truth import EVENT_TIME, ROUTES, Expectation, Oracle, derived_of, differing_fields  # noqa: E402
from expected import instant, key  # noqa: E402
from hub import CannotCheck, Hub  # noqa: E402

EARTH_RADIUS = 6371008.8
ORDER = {
    "charge_points": ("operator_id", "charge_point_id"), "tariffs": ("operator_id", "tariff_id"),
    "status_changes": ("at", "operator_id", "charge_point_id", "status"), "charging_sessions": ("plug_in_at", "operator_id", "session_id"),
    "outages": ("started_at", "operator_id", "outage_id"),
}
TIMES = {
    "charging_sessions": ("plug_in_at", "plug_out_at", "last_updated"), "status_changes": ("at",),
    "outages": ("started_at", "ended_at", "last_updated", "lasting"),
}
WEIGHTS = {"charge_points": 3, "tariffs": 1, "status_changes": 3, "charging_sessions": 5, "outages": 3}
POINT_WORDS = ("power_band", "access", "funding_stream", "location_type")


def written(at):
    return at.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class World:
    """What the hub holds as of one instant, as the oracle tells it."""

    def __init__(self, hub, oracle, layer, as_of, start):
        self.as_of, self.rows, self.faults = as_of, {}, []
        expectation = Expectation(oracle, layer, False)
        self.points = {}
        for dataset, route in ROUTES.items():
            window = {"from": written(start), "to": written(as_of)} if dataset in EVENT_TIME else {}
            served, meta, _ = hub.all(route, limit=10000, as_of=written(as_of), **window)
            self.rows[dataset] = []
            if dataset == "outages":
                self.derive(expectation, [record for record in served if record.get("derived")], oracle.reporting)
                served = [record for record in served if not record.get("derived")]
            for record in served:
                versions = oracle.versions[dataset].get(key(dataset, record), [])
                same = next((v for v in reversed(versions) if not differing_fields(record, expectation.of(dataset, v))), None)
                if same is None:
                    self.faults.append(f"{dataset} {key(dataset, record)} is no version of the truth")
                    continue
                self.rows[dataset].append(dict(same) | {"borough_gss": record.get("borough_gss"), "status": record.get("status")})
            self.rows[dataset].sort(key=lambda row, dataset=dataset: place(dataset, row))
        for point in self.rows["charge_points"]:
            point["power_band"] = rules.power_band(point.get("max_power_kw"))
            self.points[point["charge_point_id"]] = point

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
    point = world.point_of(dataset, any_row)
    for name in POINT_WORDS:
        words = sorted({p[name] for p in world.points.values() if p.get(name)})
        if words:
            some = draw.sample(words, draw.randint(1, min(2, len(words))))
            yield {name: ",".join(some)}, lambda row, point, name=name, some=some: point.get(name) in some
    standards = sorted({c["standard"] for p in world.points.values() for c in p.get("connectors") or [] if c.get("standard")})
    kind = draw.choice(standards)
    yield {"standard": kind}, lambda row, point: any(c.get("standard") == kind for c in point.get("connectors") or [])
    boroughs = sorted({p["borough_gss"] for p in world.points.values() if p.get("borough_gss")})
    if boroughs:
        some_boroughs = draw.sample(boroughs, draw.randint(1, min(3, len(boroughs))))
        yield {"borough": ",".join(some_boroughs)}, lambda row, point: point.get("borough_gss") in some_boroughs
    power = draw.choice(sorted({p["max_power_kw"] for p in world.points.values() if p.get("max_power_kw") is not None}))
    yield {"max_power_kw__gte": str(power)}, lambda row, point: point.get("max_power_kw") is not None and point["max_power_kw"] >= power
    yield {"max_power_kw__lt": str(power)}, lambda row, point: point.get("max_power_kw") is not None and point["max_power_kw"] < power
    if point.get("latitude") is not None:
        latitude, longitude = point["latitude"], point["longitude"]
        # A radius that no charge point's distance is close to: two formulas may differ by a hair.
        radius = draw.choice([r for r in range(50, 20000, 37)
                              if all(abs(metres(p, float(latitude), float(longitude)) - r) > 0.01 for p in world.points.values())])
        yield {"near": f"{latitude},{longitude}", "radius_m": radius}, lambda row, point: metres(point, float(latitude), float(longitude)) <= radius
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
    if dataset == "status_changes":
        words = sorted({row["status"] for row in world.rows[dataset]})
        some_words = draw.sample(words, draw.randint(1, min(2, len(words))))
        yield {"status": ",".join(some_words)}, lambda row, point: row["status"] in some_words


    if dataset == "outages":
        categories = sorted({row["category"] for row in world.rows[dataset] if row.get("category")})
        if categories:
            some_categories = draw.sample(categories, draw.randint(1, min(2, len(categories))))
            yield {"category": ",".join(some_categories)}, lambda row, point: row.get("category") in some_categories


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


def digest(dataset, ids):
    return hashlib.sha256("\n".join(json.dumps(list(id)) for id in ids).encode()).hexdigest()


class Literal(str):
    """A number as it is written."""


def written_as(hub, target, form):
    """Whole rows of one answer: texts, Literals, lists and objects, as they are written. Numbers keep their spelling."""
    text = hub.text(target)
    if form == "csv":
        return list(csv.DictReader(io.StringIO(text, newline="")))
    if form == "json":
        page = as_written(text)
        return page["data"] + (written_as(hub, page["links"]["next"], form) if page["links"]["next"] else [])
    lines = text.split("\n")[:-1]
    if json.loads(lines[-1])["summary"]["rows"] != len(lines) - 1:
        raise CannotCheck(f"the summary of {target} counts {lines[-1]} and {len(lines) - 1} came")
    return [as_written(line) for line in lines[:-1]]


def as_written(text):
    return json.loads(text, parse_float=Literal, parse_int=Literal)


def cell(value):
    """As a table tells it: null is empty, a number is spelt as in JSON, a list or an object is JSON, and what a spreadsheet would take for a formula has ' before it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, dict)):
        return value
    return "'" + value if value and not isinstance(value, Literal) and value[0] in "=+-@\t\r'" else str(value)


def rows_digest(rows, like=None):
    """One hash over whole rows in their order. `like`: the rows are a table's, and these are the same as JSON, which say whose cells hold JSON."""
    lines = [str(len(rows))]
    for number, row in enumerate(rows):
        if like is None:
            told = {name: cell(value) for name, value in row.items()}
        else:
            model = like[number] if number < len(like) else {}
            told = {name: as_written(value) if value and isinstance(model.get(name), (list, dict)) else value for name, value in row.items()}
        lines.append(json.dumps(list(told.items()), ensure_ascii=False))
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def in_every_form(hub, route, parameters, limit):
    """(rows as JSON, the forms that tell other rows)."""
    def target(path=route, **more):
        return f"{path}?{urlencode(parameters | more)}"
    rows = written_as(hub, target(limit=limit), "json")
    wanted = rows_digest(rows)
    others = {
        "json in one page": (target(limit=50000), "json"), "ndjson": (target(format="ndjson"), "ndjson"), "csv": (target(format="csv"), "csv"), "csv in path": (target(route + ".csv"), "csv")}
    return rows, [name for name, (address, form) in others.items() if rows_digest(written_as(hub, address, form), rows if form == "csv" else None) != wanted]


def answered(hub, draw, dataset, parameters):
    """Keys in the order served, read in one of the forms, and what is wrong with the answer itself."""
    form = draw.choices(("json", "ndjson", "csv", "csv in path", "every"), weights=(8, 4, 4, 4, 2))[0]
    if form == "json":
        rows, _, _ = hub.all(ROUTES[dataset], limit=draw.choice((7, 100, 1000)) if draw.random() < 0.5 else 50000, **parameters)
    elif form == "every":
        rows, others = in_every_form(hub, ROUTES[dataset], parameters, draw.choice((100, 1000)))
        return form, [key(dataset, row) for row in rows], [f"{other} has other rows than pages of JSON" for other in others]
    elif form == "ndjson":
        rows = written_as(hub, f"{ROUTES[dataset]}?{urlencode(parameters | {'format': 'ndjson'})}", form)
    else:
        target = f"{ROUTES[dataset]}.csv?{urlencode(parameters)}" if form == "csv in path" else f"{ROUTES[dataset]}?{urlencode(parameters | {'format': 'csv'})}"
        rows = written_as(hub, target, "csv")
    return form, [key(dataset, row) for row in rows], []


def bulk_files(hub, keyless):
    """Each month that the hub has as a file against its list as of the same instant: what was wrong, number of files and of rows."""
    faults, files, rows = [], 0, 0
    for month in as_written(hub.text("/v1/bulk"))["data"]:
        dataset, window = month["dataset"], month["meta"]["window"]
        reader = keyless if dataset in ("charge_points", "tariffs") else hub
        parameters = {"as_of": month["meta"]["as_of"]} | ({"from": window["from"], "to": window["to"]} if window else {})
        listed, others = in_every_form(reader, "/v1/" + dataset.replace("_", "-"), parameters, 10000)
        told = [f"{other} has other rows than pages of JSON" for other in others]
        wanted = rows_digest(listed)
        for form in month["files"]:
            packed = hub.bytes(form["href"])
            plain = gzip.decompress(packed)
            files += 1
            for name, held, said in (("sha256", packed, form["sha256"]), ("plain_sha256", plain, form["plain_sha256"])):
                if hashlib.sha256(held).hexdigest() != said:
                    told.append(f"{form['href']} has another {name}")
            text = plain.decode("utf-8")
            held, like = ([as_written(line) for line in text.split("\n")[:-1]], None) if form["format"] == "ndjson" else (list(csv.DictReader(io.StringIO(text, newline=""))), listed)
            if len(held) != int(month["rows"]) or rows_digest(held, like) != wanted:
                told.append(f"{form['href']} holds {len(held)} rows, said to be {month['rows']}, and the list {len(listed)}, or others")
        rows += len(listed)
        faults.extend(f"file of {dataset}, {month['month']}: {fault}" for fault in told)
    return faults, files, rows


def check(hub, keyless, oracle_folder, layer, options):
    draw = random.Random(options.seed)
    give_up = time.monotonic() + 120
    while True:
        # A world that has only begun is written, and collected, bit by bit.
        as_of = datetime.now(timezone.utc) - timedelta(seconds=1)
        time.sleep(2)
        oracle = Oracle(oracle_folder)
        times = [instant(v[0][field]) for dataset, field in EVENT_TIME.items() for v in oracle.versions[dataset].values()]
        start = min(times, default=as_of) - timedelta(seconds=1)
        world = World(hub, oracle, layer, as_of, start)
        if all(len(rows) > 1 for rows in world.rows.values()):
            break
        if time.monotonic() > give_up:
            raise CannotCheck(f"of some dataset there is nothing to ask about: { {dataset: len(rows) for dataset, rows in world.rows.items()} }")
    faults, forms, asked, rows, empty = list(world.faults), Counter(), Counter(), 0, 0
    for number in range(options.queries):
        dataset, parameters, kept = question(draw, world, start)
        form, served, amiss = answered(hub, draw, dataset, parameters)
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
    bulk_faults, files, rows_in_files = bulk_files(hub, keyless)
    faults.extend(bulk_faults)
    return {
        "equal": not faults, "questions": options.queries, "rows": rows, "without_rows": empty, "forms": dict(forms), "asked": dict(asked),
        "bulk_files": files, "rows_in_bulk_files": rows_in_files,
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
        file = Path(options.sandbox).parent / "areas.geojson"
        hub = Hub(sandbox["base_url"], sandbox["ca_file"], sandbox["keys"][options.key])
        keyless = Hub(sandbox["base_url"], sandbox["ca_file"])
        result = check(hub, keyless, options.oracle, areas.load(file) if file.exists() else None, options)
    except (CannotCheck, OSError, KeyError) as fault:
        result = {"equal": False, "could_not_check": str(fault) if isinstance(fault, CannotCheck) else repr(fault)}
    print(json.dumps(result, indent=2) if options.json else "\n".join(f"{name}: {value}" for name, value in result.items()))
    return 0 if result["equal"] else 2 if "could_not_check" in result else 1


if __name__ == "__main__":
    sys.exit(main())
