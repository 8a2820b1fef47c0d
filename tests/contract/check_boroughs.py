#!/usr/bin/env python3
"""Which borough holds a point: the second opinion. Standard library only, no reference to the project's code.

  check_boroughs.py make AREAS.geojson POINTS.ndjson [--per-area 200] [--pairs 2000] [--seed 1]
      random points inside each area, and pairs of points 1 m to either side of border segments, as {"id","lat","lon","expected"}
  check_boroughs.py compare POINTS.ndjson CODES.ndjson
      CODES holds {"id","code"} for each point, code null outside all areas
  check_boroughs.py --self-test

Exit code: 0 equal, 1 different, 2 could not be checked.
"""

import argparse
import json
import math
import random
import sys
import tempfile
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import areas  # noqa: E402

METRES_PER_DEGREE = 111_320.0  # of latitude; of longitude times the cosine
DECIMALS = 7  # as the hub keeps coordinates: both sides judge the same numbers


def make(layer, per_area, pairs, seed):
    """Yields points with what is expected of them. A point exactly on a border is no fair question and is drawn again."""
    chance = random.Random(seed)
    for area in layer.areas:
        made = 0
        while made < per_area:
            longitude = chance.uniform(area.west, area.east) / float(areas.SCALE)
            latitude = chance.uniform(area.south, area.north) / float(areas.SCALE)
            point = question(layer, f"{area.code}-{made}", latitude, longitude)
            if point and area.holds(areas.whole(point["lon"]), areas.whole(point["lat"])):
                made += 1
                yield point
    segments = [
        (start, end)
        for area in layer.areas for rings in area.polygons for ring in rings for start, end in zip(ring, ring[1:]) if start != end
    ]
    lengths = [math.dist(start, end) for start, end in segments]
    made = 0
    while made < pairs:
        (x1, y1), (x2, y2) = chance.choices(segments, lengths)[0]
        along = chance.random()
        unit = float(areas.SCALE)
        longitude, latitude = (x1 + (x2 - x1) * along) / unit, (y1 + (y2 - y1) * along) / unit
        narrowing = math.cos(math.radians(latitude))
        east, north = (x2 - x1) * narrowing, float(y2 - y1)
        length = math.hypot(east, north)
        step_longitude = -north / length / METRES_PER_DEGREE / narrowing
        step_latitude = east / length / METRES_PER_DEGREE
        both = [
            question(layer, f"border-{made}-{side}", latitude + sign * step_latitude, longitude + sign * step_longitude)
            for side, sign in (("left", 1), ("right", -1))
        ]
        if all(both):
            made += 1
            yield from both


def question(layer, id, latitude, longitude):
    latitude, longitude = round(latitude, DECIMALS), round(longitude, DECIMALS)
    area, on_border = layer.at(latitude, longitude)
    return None if on_border else {"id": id, "lat": latitude, "lon": longitude, "expected": area.code if area else None}


def compare(points, codes):
    """Lines that say what differs."""
    given = Counter(code["id"] for code in codes)
    by_id = {code["id"]: code["code"] for code in codes}
    asked = {point["id"] for point in points}
    for id, times in given.items():
        if times > 1:
            yield f"{id}: answered {times} times"
        if id not in asked:
            yield f"{id}: answered, never asked"
    for point in points:
        if point["id"] not in by_id:
            yield f"{point['id']}: not answered"
        elif by_id[point["id"]] != point["expected"]:
            yield f"{point['id']} at {point['lat']},{point['lon']}: {by_id[point['id']]}, expected {point['expected']}"


def read(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


def report(points, codes):
    differences = list(compare(points, codes))
    sides = {}
    for point in points:
        if point["id"].startswith("border-"):
            sides.setdefault(point["id"].rsplit("-", 1)[0], []).append(point["expected"])
    apart = sum(1 for pair in sides.values() if pair[0] != pair[1])
    print(f"{len(points)} points, {len(sides)} border pairs of which {apart} lie in two areas: {len(differences)} differences")
    for line in differences[:20]:
        print(f"  {line}")
    return 1 if differences or not points else 0


def self_test():
    square = {"type": "FeatureCollection", "version": "v1", "features": [
        {"type": "Feature", "properties": {"areaCode": "B", "areaName": "Bee"}, "geometry": {"type": "Polygon", "coordinates": [
            [[0, 51], [2, 51], [2, 52], [0, 52], [0, 51]], [[0.5, 51.25], [1.5, 51.25], [1.5, 51.75], [0.5, 51.75], [0.5, 51.25]]]}},
        {"type": "Feature", "properties": {"LAD21CD": "A", "LAD21NM": "Ay"}, "geometry": {"type": "MultiPolygon", "coordinates": [
            [[[1.75, 51], [3, 51], [3, 52], [1.75, 52], [1.75, 51]]], [[[5, 51], [6, 51], [5.5, 52], [5, 51]]]]}}]}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "areas.geojson"
        path.write_text(json.dumps(square), encoding="utf-8")
        layer = areas.load(path)
    cases = [
        ("inside", 51.1, 0.1, "B"), ("in a hole", 51.5, 1.0, None), ("overlap: the lowest code", 51.5, 1.9, "A"),
        ("second polygon", 51.1, 5.5, "A"), ("beside the triangle", 51.9, 5.1, None), ("outside", 50.0, 0.1, None), ("far", 51.5, 10.0, None),
    ]
    passed = failed = 0

    def expect(what, is_so):
        nonlocal passed, failed
        passed, failed = passed + bool(is_so), failed + (not is_so)
        if not is_so:
            print(f"FAILED: {what}")

    for what, latitude, longitude, code in cases:
        area, on_border = layer.at(latitude, longitude)
        expect(what, (area.code if area else None) == code and not on_border)
    expect("a point on an edge is on the border", layer.at(51.0, 0.5)[1])
    expect("a corner is on the border", layer.at(52, 3)[1])
    expect("a neighbour of the border is not", not layer.at(51.000001, 0.5)[1])
    points = list(make(layer, 20, 50, 7))
    expect("as many points as asked for", len(points) == 2 * 20 + 2 * 50)
    expect("the same seed makes the same points", points == list(make(layer, 20, 50, 7)))
    expect("another seed makes others", points != list(make(layer, 20, 50, 8)))
    right = [{"id": p["id"], "code": p["expected"]} for p in points]
    expect("equal answers are equal", not list(compare(points, right)))
    expect("a wrong code is caught", len(list(compare(points, right[1:] + [{"id": right[0]["id"], "code": "Z"}]))) == 1)
    expect("a missing answer is caught", len(list(compare(points, right[1:]))) == 1)
    expect("a double answer is caught", len(list(compare(points, right + right[:1]))) == 1)
    expect("an answer too many is caught", len(list(compare(points, right + [{"id": "x", "code": None}]))) == 1)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    parser = argparse.ArgumentParser(description="Which borough holds a point: the second opinion.")
    commands = parser.add_subparsers(dest="command", required=True)
    making = commands.add_parser("make", help="make points with what is expected of them")
    making.add_argument("areas")
    making.add_argument("points")
    making.add_argument("--per-area", type=int, default=200)
    making.add_argument("--pairs", type=int, default=2000)
    making.add_argument("--seed", type=int, default=1)
    comparing = commands.add_parser("compare", help="compare answers with what was expected")
    comparing.add_argument("points")
    comparing.add_argument("codes")
    options = parser.parse_args()
    try:
        if options.command == "compare":
            return report(read(options.points), read(options.codes))
        layer = areas.load(options.areas)
        points = list(make(layer, options.per_area, options.pairs, options.seed))
        Path(options.points).write_text("".join(json.dumps(point) + "\n" for point in points), encoding="utf-8")
        print(f"{len(points)} points over {len(layer.areas)} areas")
        return 0
    except (OSError, ValueError, KeyError) as fault:
        print(f"could not be checked: {fault!r}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
