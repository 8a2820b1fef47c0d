"""Areas from GeoJSON and which of them holds a point, in whole-number arithmetic: no rounding decides a border.

Standard library only, and nothing of the project's code: this is the second opinion.
The rule: a point belongs to the area whose rings it is inside of (even-odd over the rings of each polygon, so holes are outside);
where areas overlap the lowest code wins; outside all: None.
"""

import hashlib
import json
import pathlib
import re
from decimal import Decimal

SCALE = Decimal(10) ** 12  # finer than any coordinate that a file or a point has
BANDS = 500


def whole(number):
    """A coordinate in units of 1e-12 degrees, exactly."""
    scaled = Decimal(str(number)) * SCALE
    if scaled != scaled.to_integral_value():
        raise ValueError(f"coordinate {number} is finer than 1e-12 degrees")
    return int(scaled)


class Area:
    def __init__(self, code, name, polygons):
        self.code = code
        self.name = name
        self.polygons = polygons  # lists of rings, each a list of (x, y) in whole units
        points = [point for rings in polygons for ring in rings for point in ring]
        self.west = min(x for x, _ in points)
        self.east = max(x for x, _ in points)
        self.south = min(y for _, y in points)
        self.north = max(y for _, y in points)
        self._bands = [self._edges_by_band(rings) for rings in polygons]

    def holds(self, x, y):
        """True inside, False outside, None exactly on a border."""
        if not (self.west <= x <= self.east and self.south <= y <= self.north):
            return False
        for bands in self._bands:
            inside = False
            for x1, y1, x2, y2 in bands.get(self._band(y), ()):
                cross = (x - x1) * (y2 - y1) - (y - y1) * (x2 - x1)
                if cross == 0 and min(x1, x2) <= x <= max(x1, x2) and min(y1, y2) <= y <= max(y1, y2):
                    return None
                if (y1 > y) != (y2 > y) and (cross < 0) == (y2 > y1):
                    inside = not inside
            if inside:
                return True
        return False

    def _band(self, y):
        return (y - self.south) * BANDS // max(1, self.north - self.south)

    def _edges_by_band(self, rings):
        """Each edge under every horizontal band that it touches: a point asks only the edges of its own band."""
        bands = {}
        for ring in rings:
            for (x1, y1), (x2, y2) in zip(ring, ring[1:]):
                for band in range(self._band(min(y1, y2)), self._band(max(y1, y2)) + 1):
                    bands.setdefault(band, []).append((x1, y1, x2, y2))
        return bands


class Layer:
    def __init__(self, areas, version, name):
        self.areas = sorted(areas, key=lambda area: area.code)
        self.version = version
        self.name = name

    def at(self, latitude, longitude):
        """(area or None, on_border)."""
        x, y = whole(longitude), whole(latitude)
        held, on_border = None, False
        for area in self.areas:
            verdict = area.holds(x, y)
            on_border = on_border or verdict is None
            if verdict and held is None:
                held = area
        return held, on_border


class Layers:
    """Boroughs and, where there are such, wards and LSOAs: as far as the hub has loaded them."""

    def __init__(self, borough, ward=None, lsoa=None):
        self.borough, self.ward, self.lsoa = borough, ward, lsoa
        self.version = "+".join(layer.version for layer in (borough, ward, lsoa) if layer)

    def at(self, latitude, longitude):
        """(borough, ward, LSOA, each an area or None; whether the point is on a border of any)."""
        found = [layer.at(latitude, longitude) if layer else (None, False) for layer in (self.borough, self.ward, self.lsoa)]
        return *(area for area, _ in found), any(on_border for _, on_border in found)


def named_property(properties, patterns):
    for pattern in patterns:
        for key, value in properties.items():
            if re.fullmatch(pattern, key, re.IGNORECASE):
                return value
    return None


def load(path):
    content = pathlib.Path(path).read_bytes()
    collection = json.loads(content.decode("utf-8-sig"), parse_float=Decimal, parse_int=Decimal)
    areas = []
    for feature in collection["features"]:
        geometry = feature["geometry"]
        polygons = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
        code = named_property(feature["properties"], ["areaCode", r"(LAD|WD|LSOA)\d\dCD", "gss_code", "code"])
        name = named_property(feature["properties"], ["areaName", r"(LAD|WD|LSOA)\d\dNM", "name"])
        if not code:
            raise ValueError(f"a feature of {path} has no area code; its properties are {sorted(feature['properties'])}")
        areas.append(Area(code, name, [[[(whole(p[0]), whole(p[1])) for p in ring] for ring in rings] for rings in polygons]))
    title = collection.get("version") or collection.get("name") or pathlib.Path(path).stem
    return Layer(areas, f"{title}@{hashlib.sha256(content).hexdigest()[:8]}", collection.get("name"))


def load_beside(sandbox_file):
    """The boundaries that a pretend London's hub was given, which lie beside its sandbox.json; None where there are none."""
    boroughs, *finer = (pathlib.Path(sandbox_file).parent / name for name in ("areas.geojson", "wards.geojson", "lsoas.geojson"))
    return Layers(load(boroughs), *(load(file) if file.exists() else None for file in finer)) if boroughs.exists() else None
