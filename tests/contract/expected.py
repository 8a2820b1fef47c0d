"""What the hub must serve for a record of the oracle: stored fields as they are, derived fields worked out here, from the published rules."""

import functools
import re
from datetime import datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

STORED = {
    "charge_points": """charge_point_id operator_id operator_name evse_id owner_name contracting_authority_gss location_id location_name
        charge_station_id address city postcode uprn usrn latitude longitude on_street location_type manufacturer model commissioned_on
        decommissioned_on funding_stream max_power_kw connectors opening_hours access accessible_bay max_stay_minutes parking_fee
        physical_restriction payment_methods price_pence_per_kwh price_vat_included price_state energy_mix_green last_updated""".split(),
    "tariffs": "tariff_id operator_id valid_from valid_to currency elements last_updated".split(),
    "status_changes": "charge_point_id operator_id status at reported_at evidence".split(),
    "charging_sessions": """session_id operator_id charge_point_id connector_id plug_in_at plug_out_at charge_start_at charge_end_at
        charging_minutes energy_kwh peak_kw cost_ex_vat cost_inc_vat currency tariff_id payment_method user_type outcome ended_by error_code
        start_soc_percent end_soc_percent corrects_session_id last_updated""".split(),
    "outages": """outage_id operator_id charge_point_id started_at detected_at reported_at attended_at ended_at category cause exempt exempt_reason
        derived last_updated""".split(),
    "reported_usage": """reported_usage_id operator_id group charge_point_id location_id period period_unit period_from period_to sessions successful_sessions
        energy_kwh plugged_minutes charging_minutes idle_minutes open_minutes utilisation_percent charging_utilisation_percent sessions_per_day charge_points
        unused_charge_points revenue_inc_vat currency last_updated""".split(),
}
IDS = {
    "charge_points": ("charge_point_id",), "tariffs": ("tariff_id",),
    "status_changes": ("charge_point_id", "at", "status"), "charging_sessions": ("session_id",),
    "outages": ("outage_id",), "reported_usage": ("reported_usage_id",),
}
AREA_FIELDS = ("borough_gss", "borough_name", "ward_gss", "lsoa21", "boundary_version")
INSTANTS = {"at", "last_updated", "valid_from", "valid_to", "status_since", "period_from", "period_to"}
WRITTEN_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.(\d{3}|\d{6})Z")
NOT_COMPARED = object()
OUT_OF_USE = {"INOPERATIVE": "down", "OUTOFORDER": "down", "PLANNED": "planned"}
BANDS = ((Decimal(3), None), (Decimal(8), "slow"), (Decimal(50), "fast"), (Decimal(150), "rapid"))


def is_instant(field):
    return field in INSTANTS or field.endswith("_at")


@functools.lru_cache(maxsize=200_000)
def instant(text):
    return None if text is None else datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(timezone.utc)


def key(dataset, record):
    """What makes a record one and the same: hub ids, for status changes with their time to the microsecond."""
    return tuple(instant(record[field]).isoformat() if field == "at" else record[field] for field in IDS[dataset])


def canonical(value, field=""):
    """Equal meaning, equal value: numbers without their spelling, instants without theirs."""
    if isinstance(value, dict):
        return {name: canonical(inner, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [canonical(inner) for inner in value]
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, (int, Decimal)):
        return "\0number " + format(Decimal(value).normalize() + 0, "f")
    if is_instant(field):
        return "\0instant " + instant(value).isoformat()
    return value


def thousandths(fraction):
    """Three decimals, halves away from zero; nothing here is negative."""
    number = (2 * fraction * 1000 + 1) // 2
    return Decimal(int(number)).scaleb(-3)


def minutes(start, end):
    if start is None or end is None or end < start:
        return None
    return thousandths(Fraction((end - start) // timedelta(microseconds=1), 60_000_000))


def power_band(kilowatts):
    if kilowatts is None:
        return None
    return next((band for upper, band in BANDS if kilowatts < upper), "ultra_rapid")


def london(at):
    """The wall clock in London, by the rule: one hour ahead from 01:00 UTC on March's last Sunday to 01:00 UTC on October's."""
    def changes(month):
        last = datetime(at.year, month, 31, 1, tzinfo=timezone.utc)
        return last - timedelta(days=last.isoweekday() % 7)
    ahead = 1 if changes(3) <= at < changes(10) else 0
    local = (at + timedelta(hours=ahead)).replace(microsecond=0, tzinfo=None)
    return f"{local.isoformat()}+0{ahead}:00"


def session(record, charge_point, charge_point_areas):
    """`charge_point`: the newest truth of the charge point; `charge_point_areas`: its area fields."""
    derived = {}
    plugged = minutes(instant(record["plug_in_at"]), instant(record.get("plug_out_at")))
    charging = record.get("charging_minutes")
    if charging is None:
        charging = minutes(instant(record.get("charge_start_at")), instant(record.get("charge_end_at")))
    else:
        charging = Decimal(charging).quantize(Decimal("0.001"), ROUND_HALF_UP)
    energy, time = record.get("energy_kwh"), plugged if charging is None else charging
    derived["plug_in_minutes"] = plugged
    derived["charging_minutes"] = charging
    derived["average_kw"] = None if energy is None or not time else thousandths(Fraction(energy) * 60 / Fraction(time))
    outcome = record.get("outcome") or "UNKNOWN"
    if outcome == "UNKNOWN" and plugged is not None and energy is not None:
        outcome = "SUCCESS" if plugged > 2 and energy > Decimal("0.5") else "FAILED"
    derived["outcome"] = outcome
    derived["user_type"] = record.get("user_type") or "UNKNOWN"
    derived["started_local"] = london(instant(record["plug_in_at"]))
    derived["power_band"] = power_band(charge_point.get("max_power_kw")) if charge_point else NOT_COMPARED
    derived |= {field: charge_point_areas[field] for field in ("borough_gss", "ward_gss", "lsoa21")}
    return derived


def tariff(record):
    """One unrestricted ENERGY price in GBP says it all; it is before VAT."""
    elements = record.get("elements") or []
    components = [component for element in elements for component in element.get("price_components", [])]
    restricted = any(value not in (None, []) for element in elements for value in (element.get("restrictions") or {}).values())
    plain = len(components) == 1 and components[0].get("type") == "ENERGY" and not restricted and record.get("currency") == "GBP"
    return {"pence_per_kwh": components[0]["price"] * 100 if plain else None, "vat_included": False if plain else None}


def areas_of(charge_point, layers, known):
    """Area fields of a place; without boundaries they are not compared. Of a kind that is not loaded they are null."""
    if charge_point is None or layers is None:
        return dict.fromkeys(AREA_FIELDS, NOT_COMPARED)
    place = (charge_point.get("latitude"), charge_point.get("longitude"))
    if place not in known:
        known[place] = (None, None, None, False) if None in place else layers.at(*place)
    borough, ward, lsoa, on_border = known[place]
    if on_border:
        return dict.fromkeys(AREA_FIELDS, NOT_COMPARED)
    # A place outside all areas was still judged by these boundaries; one without coordinates by none.
    version = None if None in place else layers.version
    return {"borough_gss": borough and borough.code, "borough_name": borough and borough.name, "ward_gss": ward and ward.code, "lsoa21": lsoa and lsoa.code, "boundary_version": version}


class DerivedOutage(dict):
    """The record, with what it follows from: changes of status in the order of time, the one before it first, where there is one."""

    def __init__(self, began, ended, changes):
        at = instant(began["at"])
        told = at.strftime("%Y-%m-%dT%H:%M:%S.") + (f"{at.microsecond // 1000:03}Z" if at.microsecond % 1000 == 0 else f"{at.microsecond:06}Z")
        super().__init__(dict.fromkeys(STORED["outages"]) | {
            "outage_id": f"{began['charge_point_id']}/{told}", "operator_id": began["operator_id"], "charge_point_id": began["charge_point_id"],
            "started_at": began["at"], "ended_at": ended and ended["at"], "category": "PLANNED_MAINTENANCE" if began["status"] == "PLANNED" else None, "derived": True})
        self.changes = changes


def derived_outages(changes):
    """Of one charge point's status changes in the order of time: each outage as its versions, open, then ended. That nothing was heard (MISSING)
    neither begins nor ends one; PLANNED is one of what was in use before, not of what has not opened yet."""
    before = ahead = began = None
    for change in changes:
        if change["status"] == "MISSING":
            continue
        kind = OUT_OF_USE.get(change["status"])
        if began is not None and kind != OUT_OF_USE[began["status"]]:
            if instant(change["at"]) > instant(began["at"]):
                yield [DerivedOutage(began, None, [*ahead, began]), DerivedOutage(began, change, [*ahead, began, change])]
            began = None
        if began is None and (kind == "down" or kind == "planned" and before is not None and before["status"] not in ("PLANNED", "REMOVED", "UNKNOWN")):
            began, ahead = change, [before] if before else []
        before = change
    if began is not None:
        yield [DerivedOutage(began, None, [*ahead, began])]
