"""Whole rows of one question in each form that a hub answers in, and of the months that it has as files. Standard library only."""

import csv
import gzip
import hashlib
import io
import json
from decimal import Decimal
from urllib.parse import urlencode

from hub import CannotCheck


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


class Answer:
    """One question's answer in one form: its rows, the columns of each of them as they are written, and what the hub counted (None: nothing)."""

    def __init__(self):
        self.rows, self.columns, self.count, self.counted_in_header = [], [], None, None


def answer_as(hub, target, form):
    """All of it: JSON and GeoJSON page after page. Numbers are exact; of tables all is text."""
    answer, first = Answer(), target
    while target:
        text = hub.text(target)
        if target == first and hub.headers.get("Hub-Count") is not None:
            answer.counted_in_header = int(hub.headers["Hub-Count"])
        if form in ("json", "geojson"):
            page = json.loads(text, parse_float=Decimal, parse_int=Decimal)
            rows = page["data"] if form == "json" else [feature["properties"] for feature in page["features"]]
            answer.count = page["meta"].get("count") if target == first else answer.count
            target = page["links"]["next"]
        elif form == "ndjson":
            *lines, summary = (json.loads(line, parse_float=Decimal, parse_int=Decimal) for line in text.split("\n")[:-1])
            if summary["summary"]["rows"] != len(lines):
                raise CannotCheck(f"the summary of {target} counts {summary} and {len(lines)} came")
            rows, answer.count, target = lines, answer.counted_in_header, None
        else:
            table = csv.DictReader(io.StringIO(text, newline=""))
            rows, answer.count, target = list(table), answer.counted_in_header, None
            answer.columns.append(list(table.fieldnames))
        answer.rows.extend(rows)
        answer.columns.extend(list(row) for row in rows)
    return answer


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


def bulk_files(hub, keyless, months):
    """Each month that the hub has as a file against its list as of the same instant, and those that the truth has against what there is: what was wrong, number of files and of rows.
    `months`: how many records the truth has, by dataset and month."""
    faults, files, rows, open_months = [], 0, 0, dict(months)
    for month in as_written(hub.text("/v1/bulk"))["data"]:
        dataset, window = month["dataset"], month["meta"]["window"]
        reader = keyless if dataset in ("charge_points", "tariffs") else hub
        parameters = {"as_of": month["meta"]["as_of"]} | ({"from": window["from"], "to": window["to"]} if window else {})
        listed, others = in_every_form(reader, "/v1/" + dataset.replace("_", "-"), parameters, 10000)
        told = [f"{other} has other rows than pages of JSON" for other in others]
        if window and int(month["rows"]) != open_months.pop((dataset, month["month"]), 0):
            told.append(f"it holds {month['rows']} rows, and the truth has {months.get((dataset, month['month']), 0)}")
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
    faults.extend(f"of {dataset} the truth has {number} records in {month}, which is over, and there is no file" for (dataset, month), number in open_months.items())
    return faults, files, rows
