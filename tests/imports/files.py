"""Files to import, made by code, and what becomes of them."""

import csv
import io
from typing import Any

from functions.imports.get_import import get_import
from functions.imports.run_import import run_import
from functions.imports.show_import_report import show_import_report
from shared.imports.columns import COLUMNS, Kind
from tests.call import Answer, call, invoke

EXAMPLE = {kind: {column.name: column.example for column in COLUMNS[kind]} for kind in Kind}
BOUNDARY = "----nightingale"


def row(kind: Kind = Kind.BUILDINGS, **cells: Any) -> dict[str, str]:
    """The example of the kind's template, with other cells."""
    return EXAMPLE[kind] | {name: str(cell) for name, cell in cells.items()}


def spaces(count: int, **cells: Any) -> list[dict[str, str]]:
    """So many spaces of one building."""
    return [row(space_external_id=f"S-{n}", space_name=f"Suite {n}", **cells) for n in range(1, count + 1)]


def csv_of(
    rows: list[dict[str, str]], encoding: str = "utf-8", delimiter: str = ",", header: list[str] | None = None
) -> bytes:
    written = io.StringIO()
    names = header or list(rows[0])
    writer = csv.DictWriter(written, names, delimiter=delimiter, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return written.getvalue().encode(encoding)


def form(content: bytes, name: str = "portfolio.csv", field: str = "file", boundary: str = BOUNDARY) -> dict[str, Any]:
    """The request's body and headers with that file."""
    head = f'--{boundary.strip(chr(34))}\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n'
    body = (
        f"{head}Content-Type: application/octet-stream\r\n\r\n".encode()
        + content
        + f"\r\n--{boundary.strip(chr(34))}--\r\n".encode()
    )
    return {"body": body, "headers": {"content-type": f"multipart/form-data; boundary={boundary}"}}


def events_of(world: Any, import_id: str, name: str) -> list[dict[str, Any]]:
    return [event for event in world.event_details(import_id) if event["name"] == name]


def asked(operation: Any, user: Any, content: bytes, name: str = "portfolio.csv", **query: Any) -> Answer:
    """The answer to an import of that file."""
    return call(operation, as_=user, query=query or None, **form(content, name))


def run(world: Any, import_id: str) -> None:
    """Deliver what an import has told its runner, until it tells no more."""
    done = 0
    while True:
        told = [
            event
            for event in world.event_details(import_id)
            if event["name"] in ("import.requested", "import.continued")
        ]
        if done == len(told):
            return
        assert invoke(run_import, told[done]) == []
        done += 1


def imported(world: Any, operation: Any, user: Any, content: bytes, name: str = "portfolio.csv", **query: Any) -> Any:
    """The import of that file once it has ended."""
    answer = asked(operation, user, content, name, **query)
    assert answer.status == 202, answer.json
    run(world, answer.json["id"])
    return state(user, answer.json["id"])


def state(user: Any, import_id: str) -> Any:
    answer = call(get_import, as_=user, path={"import_id": import_id})
    assert answer.status == 200, answer.json
    return answer.json


def faults(user: Any, import_id: str) -> list[dict[str, Any]]:
    """The first hundred faults of an import."""
    answer = call(show_import_report, as_=user, path={"import_id": import_id}, query={"limit": 100})
    assert answer.status == 200, answer.json
    return list(answer.json["data"])
