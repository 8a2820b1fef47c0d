"""Shows that check_truth.py finds each kind of difference: an in-process hub on loopback serves made-up records, with one fault at a time."""

import copy
import hashlib
import json
import tempfile
import threading
from argparse import Namespace
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import areas
import check_truth
import expected
from hub import CannotCheck, Hub

NOW = datetime.now(timezone.utc).replace(microsecond=0)
POINT = dict.fromkeys(expected.STORED["charge_points"]) | {
    "charge_point_id": "lamplight:e1", "operator_id": "lamplight", "operator_name": "Lamplight", "location_id": "lamplight:l1",
    "latitude": 51.5, "longitude": -0.5, "max_power_kw": 7.4, "connectors": [{"connector_id": "1", "max_power_kw": 7.40}],
    "payment_methods": ["APP"], "price_state": "UNKNOWN"}
TARIFF = dict.fromkeys(expected.STORED["tariffs"]) | {
    "tariff_id": "lamplight:t1", "operator_id": "lamplight", "currency": "GBP",
    "elements": [{"price_components": [{"type": "ENERGY", "price": 0.395, "vat": 20, "step_size": 1}]}]}


def at(minutes, milliseconds=0):
    return (NOW - timedelta(minutes=minutes) + timedelta(milliseconds=milliseconds)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def session(number, minutes_ago, length, energy, **more):
    closed = length is not None
    return dict.fromkeys(expected.STORED["charging_sessions"]) | {
        "session_id": f"lamplight:s{number}", "operator_id": "lamplight", "charge_point_id": "lamplight:e1", "plug_in_at": at(minutes_ago),
        "plug_out_at": at(minutes_ago - length) if closed else None, "energy_kwh": energy, "user_type": "UNKNOWN", "outcome": "UNKNOWN",
        "last_updated": at(minutes_ago - length if closed else minutes_ago, 250)} | more


def change(status, minutes_ago, operator="lamplight"):
    return {"charge_point_id": f"{operator}:e1", "operator_id": operator, "status": status, "at": at(minutes_ago), "reported_at": None, "evidence": "EVENT"}


def outage(id, began, ended, operator="lamplight", **more):
    return dict.fromkeys(expected.STORED["outages"]) | {
        "outage_id": id, "operator_id": operator, "charge_point_id": f"{operator}:e1", "started_at": at(began), "ended_at": at(ended) if ended else None} | more


# Bright reports its outages, so that none of its own follow from its changes; lamplight does not.
REPORTED = outage("bright:o1", 590, 580, "bright", category="COMMS", exempt=False, derived=False, last_updated=at(579))
TRUTH = {
    "charge_points": [POINT], "tariffs": [TARIFF],
    "status_changes": [
        change("AVAILABLE", 600), change("OUTOFORDER", 591, "bright"), change("AVAILABLE", 581, "bright"), change("OUTOFORDER", 560), change("INOPERATIVE", 555),
        change("AVAILABLE", 550), change("CHARGING", 500), change("AVAILABLE", 460)],
    "outages": [REPORTED | {"ended_at": None, "last_updated": at(589)}, REPORTED],
    "charging_sessions": [session(1, 500, None, None), session(1, 500, 40, 10.001), session(2, 400, 1, 0.1), session(3, 300, 60, 7.0, charging_minutes=30)],
}
LAYER = {"type": "FeatureCollection", "version": "v1", "features": [{"type": "Feature", "properties": {"areaCode": "E1", "areaName": "Ea"},
         "geometry": {"type": "Polygon", "coordinates": [[[-1, 51], [0, 51], [0, 52], [-1, 52], [-1, 51]]]}}]}
BOUNDARIES = "v1@" + hashlib.sha256(json.dumps(LAYER).encode()).hexdigest()[:8]


def true_answers():
    """What a right hub serves, written out by hand where the hub derives."""
    place = {"borough_gss": "E1", "ward_gss": None, "lsoa21": None}
    point = POINT | place | {
        "power_band": "slow", "borough_name": "Ea", "boundary_version": BOUNDARIES, "status": "AVAILABLE", "status_since": at(460), "same_as": [],
        "connectors": [{"connector_id": "1", "max_power_kw": 7.4, "power_derived": False}]}
    sessions = []
    for record, plugged, charging, average, outcome in zip(
            TRUTH["charging_sessions"][1:], (40, 1, 60), (None, None, 30), (15.002, 6, 14), ("SUCCESS", "FAILED", "SUCCESS")):
        local = expected.london(expected.instant(record["plug_in_at"]))
        sessions.append(record | place | {
            "plug_in_minutes": plugged, "charging_minutes": charging, "average_kw": average, "outcome": outcome, "power_band": "slow", "started_local": local})
    return copy.deepcopy({
        "charge_points": [point], "tariffs": [TARIFF | {"pence_per_kwh": 39.5, "vat_included": False}],
        "status_changes": TRUTH["status_changes"], "charging_sessions": sessions,
        "outages": [REPORTED, outage("lamplight:e1/" + at(560), 560, 550, derived=True)]})


class Pretend(BaseHTTPRequestHandler):
    """Serves one record a page."""

    protocol_version = "HTTP/1.1"
    wbufsize = 1 << 16  # head and body leave together

    def do_GET(self):
        path, _, query = self.path.partition("?")
        dataset = next(d for d, route in check_truth.ROUTES.items() if route == path)
        records = self.server.answers[dataset]
        index = int(query.rpartition("cursor=")[2]) if "cursor=" in query else 0
        following = index + 1 if index + 1 < len(records) else None
        if self.server.loops and following:
            following = index
        body = json.dumps({
            "data": records[index:index + 1], "meta": self.server.meta,
            "links": {"self": self.path, "next": f"{path}?cursor={following}" if following is not None else None},
            "next_cursor": str(following) if following is not None else None}).encode()
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def outcome(truth=None, answers=None, settled=5, complete=True, gaps=(), loops=False, status=200):
    """The kinds of fault that the checker finds, sorted; or what kept it from checking."""
    with tempfile.TemporaryDirectory() as folder:
        for dataset, records in (truth or TRUTH).items():
            for operator in {record["operator_id"] for record in records}:
                home = Path(folder) / operator
                home.mkdir(exist_ok=True)
                lines = "".join(json.dumps(r) + "\n" for r in records if r["operator_id"] == operator)
                (home / f"{dataset}.ndjson").write_text(lines + '{"half a li', encoding="utf-8")
        (Path(folder) / "areas.geojson").write_text(json.dumps(LAYER), encoding="utf-8")
        server = ThreadingHTTPServer(("127.0.0.1", 0), Pretend)
        server.daemon_threads = True
        server.answers, server.loops, server.status = answers or true_answers(), loops, status
        server.meta = {"window": {"from": at(1440), "to": at(0)}, "completeness": {"complete": complete, "settled_to": at(settled), "gaps": list(gaps)}}
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        hub = Hub(f"http://127.0.0.1:{server.server_port}")
        options = Namespace(
            all=False, start=None, end=None, datasets=list(check_truth.ROUTES), limit=1, oracle_delay=0, snapshot_slack=150, status=True)
        try:
            result = check_truth.check(hub, folder, areas.load_beside(Path(folder) / "sandbox.json"), options)
        except CannotCheck as fault:
            return str(fault).split(":")[0]
        finally:
            hub.connection.close()
            server.shutdown()
            server.server_close()
    kinds = sorted({fault["kind"] for report in result["datasets"].values() for fault in report["first_faults"]})
    same = all(r["sha256_hub"] == r["sha256_oracle"] for r in result["datasets"].values() if "sha256_hub" in r)
    if result["equal"] and not same:
        return "hashes differ"
    return kinds


def changed(dataset, index, **fields):
    answers = true_answers()
    answers[dataset][index] |= fields
    return answers


def without(dataset, index, field=None):
    answers = true_answers()
    if field is None:
        del answers[dataset][index]
    else:
        del answers[dataset][index][field]
    return answers


def reordered():
    answers = true_answers()
    answers["charging_sessions"].reverse()
    return answers


def twice():
    answers = true_answers()
    answers["tariffs"] *= 2
    return answers


def with_more(dataset, *records):
    answers = true_answers()
    answers[dataset] = sorted(answers[dataset] + list(records), key=lambda record: record[check_truth.EVENT_TIME[dataset]])
    return answers


def truth_with(dataset, *records):
    return TRUTH | {dataset: TRUTH[dataset] + list(records)}


def cases():
    gap = {"operator_id": "lamplight", "from": at(465), "to": at(455), "state": "open"}
    yield "equal", outcome(), []
    yield "numbers spelt another way are equal", outcome(answers=changed("charging_sessions", 2, energy_kwh=7)), []
    yield "a missing session", outcome(answers=without("charging_sessions", 0), complete=False), ["missing"]
    yield "a missing session under complete: true", outcome(answers=without("charging_sessions", 0)), ["missing", "silent"]
    yield "a missing session in a listed gap", outcome(answers=without("charging_sessions", 0), complete=False, gaps=[gap]), ["missing_in_a_listed_gap"]
    yield "another operator's gap explains nothing", outcome(
        answers=without("charging_sessions", 0), complete=False, gaps=[gap | {"operator_id": "other"}]), ["missing"]
    yield "a missing status change", outcome(answers=without("status_changes", 1), complete=False), ["missing"]
    yield "a missing charge point", outcome(answers=changed("charge_points", 0, charge_point_id="lamplight:e9"), complete=False), ["missing", "unknown"]
    yield "an energy off by 1 Wh", outcome(answers=changed("charging_sessions", 0, energy_kwh=10.002)), ["different"]
    yield "a stale version", outcome(truth=truth_with("charging_sessions", session(3, 300, 60, 8.0, last_updated=at(100)))), ["different"]
    newer = truth_with("charging_sessions", session(3, 300, 60, 8.0, last_updated=at(100)))
    lost = gap | {"from": at(110), "to": at(90), "state": "lost"}
    yield "a stale version whose change lies in a listed gap", outcome(truth=newer, complete=False, gaps=[lost]), ["stale_in_a_listed_gap"]
    yield "a stale version whose change lies outside of it", outcome(truth=newer, complete=False, gaps=[gap]), ["different"]
    yield "a gap does not explain a record that never was so", outcome(
        truth=newer, answers=changed("charging_sessions", 2, energy_kwh=1), complete=False, gaps=[lost]), ["different"]
    yield "a version newer than the cut may be shown", outcome(truth=truth_with("charging_sessions", session(3, 300, 60, 8.0, last_updated=at(1)))), []
    yield "and so may the older one, but no third", outcome(
        truth=truth_with("charging_sessions", session(3, 300, 60, 8.0, last_updated=at(1))),
        answers=changed("charging_sessions", 2, energy_kwh=9)), ["different"]
    yield "what is not yet settled may be missing", outcome(truth=truth_with("charging_sessions", session(4, 2, None, None))), []
    yield "what is settled may not", outcome(truth=truth_with("charging_sessions", session(4, 20, None, None)), complete=False), ["missing"]
    late = change("CHARGING", 20) | {"reported_at": at(1)}
    yield "a change that was reported after the cut may be missing", outcome(truth=truth_with("status_changes", late)), []
    yield "a change that was reported before it may not", outcome(
        truth=truth_with("status_changes", late | {"reported_at": at(19)}), complete=False), ["missing", "status"]
    yield "a record of nobody", outcome(answers=changed("charging_sessions", 1, session_id="lamplight:s99"), complete=False), ["missing", "unknown"]
    yield "an average that was rounded the wrong way", outcome(answers=changed("charging_sessions", 0, average_kw=15.001)), ["different"]
    yield "a wrong outcome", outcome(answers=changed("charging_sessions", 1, outcome="SUCCESS")), ["different"]
    yield "a wrong power band", outcome(answers=changed("charging_sessions", 1, power_band="fast")), ["different"]
    yield "a wrong borough", outcome(answers=changed("charge_points", 0, borough_gss="E2")), ["different"]
    yield "a wrong local time", outcome(answers=changed("charging_sessions", 0, started_local="2026-01-01T00:00:00+00:00")), ["different"]
    yield "a wrong price", outcome(answers=changed("tariffs", 0, pence_per_kwh=0.395)), ["different"]
    yield "a field left out", outcome(answers=without("charging_sessions", 0, "error_code")), ["different"]
    yield "a field that was not agreed", outcome(answers=changed("charging_sessions", 0, cdr_token="x")), ["different"]
    yield "an instant without milliseconds", outcome(answers=changed("status_changes", 0, at=at(600)[:19] + "Z")), ["different"]
    yield "text for a number", outcome(answers=changed("charging_sessions", 0, energy_kwh="10.001")), ["different"]
    yield "zero for null", outcome(answers=changed("charging_sessions", 0, peak_kw=0)), ["different"]
    yield "a record served twice", outcome(answers=twice()), ["duplicate"]
    yield "an order that is none", outcome(answers=reordered()), ["out_of_order"]
    yield "a record outside the window", outcome(answers=changed("status_changes", 0, at=at(1500)), complete=False), ["missing", "outside", "unknown"]
    yield "a wrong status", outcome(answers=changed("charge_points", 0, status="CHARGING")), ["status"]
    yield "an old status", outcome(answers=changed("charge_points", 0, status="CHARGING", status_since=at(500))), ["status"]
    yield "no status", outcome(answers=changed("charge_points", 0, status="MISSING", status_since=None)), ["status"]
    hole = gap | {"from": at(552), "to": at(548)}
    yield "a derived outage that is missing", outcome(answers=without("outages", 1), complete=False), ["missing"]
    yield "one whose end lies in a listed gap may be missing", outcome(answers=without("outages", 1), complete=False, gaps=[hole]), ["missing_in_a_listed_gap"]
    yield "or last longer", outcome(answers=changed("outages", 1, ended_at=at(500)), complete=False, gaps=[hole]), ["stale_in_a_listed_gap"]
    yield "an earlier gap explains no later end", outcome(
        answers=changed("outages", 1, ended_at=at(500)), complete=False, gaps=[gap | {"from": at(700), "to": at(650)}]), ["different"]
    yield "another operator's gap does neither", outcome(answers=without("outages", 1), complete=False, gaps=[hole | {"operator_id": "bright"}]), ["missing"]
    yield "an outage that ends when the kind of fault changes", outcome(answers=changed("outages", 1, ended_at=at(555))), ["different"]
    second = outage("lamplight:e1/" + at(555), 555, 550, derived=True)
    yield "an outage that is told twice", outcome(answers=with_more("outages", second)), ["unknown"]
    yield "an outage without an end", outcome(answers=changed("outages", 1, ended_at=None)), ["different"]
    yield "an outage that is said to be reported", outcome(answers=changed("outages", 1, derived=False)), ["different"]
    yield "a reported outage as it was before", outcome(answers=changed("outages", 0, ended_at=None, last_updated=at(589))), ["different"]
    yield "an outage derived of an operator that reports its own", outcome(
        answers=with_more("outages", outage("bright:e1/" + at(591), 591, 581, "bright", derived=True))), ["unknown"]
    fault = [change("AVAILABLE", 300), change("OUTOFORDER", 290)]
    lasting = with_more("status_changes", *fault)
    yield "an outage that lasts is one", outcome(truth=truth_with("status_changes", *fault), answers=lasting, complete=False), ["missing", "status"]
    before = [change("AVAILABLE", 1500), change("OUTOFORDER", 1430), change("AVAILABLE", 1425)]
    yield "what was before the window, nobody lists", outcome(truth=truth_with("status_changes", *before), answers=with_more("status_changes", *before[1:])), []
    yield "paging that loops", outcome(loops=True), "paging loops"
    yield "an answer that is none", outcome(status=500), "GET /v1/charge-points?limit=1 gave 500"
    for utc, local in (("2026-03-29T00:59:59.999Z", "2026-03-29T00:59:59+00:00"), ("2026-03-29T01:00:00.000Z", "2026-03-29T02:00:00+01:00"),
                       ("2026-10-25T00:59:59.000Z", "2026-10-25T01:59:59+01:00"), ("2026-10-25T01:00:00.000Z", "2026-10-25T01:00:00+00:00")):
        yield f"London at {utc}", expected.london(expected.instant(utc)), local


def run():
    passed = failed = 0
    for what, found, wanted in cases():
        if found == wanted:
            passed += 1
        else:
            failed += 1
            print(f"FAILED: {what}: {found}, wanted {wanted}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0
