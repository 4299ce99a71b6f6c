"""A portfolio in a spreadsheet, as an owner brings it along: what `make demo` and the demo city import."""

import csv
import io
from collections.abc import Iterator

from shared.imports.columns import Kind, names_of

FLOORS = 10


def buildings_csv(count: int, name: str, city: str, state: str) -> bytes:
    """So many spaces of one building."""
    return _csv(Kind.BUILDINGS, _spaces(count, name, city, state))


def _csv(kind: Kind, rows: Iterator[dict[str, object]]) -> bytes:
    written = io.StringIO()
    writer = csv.DictWriter(written, names_of(kind), restval="")
    writer.writeheader()
    writer.writerows(rows)
    return written.getvalue().encode()


def _spaces(count: int, name: str, city: str, state: str) -> Iterator[dict[str, object]]:
    code = "".join(word[0] for word in name.split())
    for number in range(count):
        floor = number % FLOORS + 1
        yield {
            "building_external_id": code,
            "building_name": name,
            "street": "1 Mill Lane",
            "city": city,
            "state": state,
            "country": "USA",
            "timezone": "America/New_York",
            "total_floors": FLOORS,
            "floor_number": floor,
            "space_external_id": f"{code}-{number + 1}",
            "space_name": f"Workshop {number + 1}",
            "gross_sqft": 400 + number % 7 * 50,
            "usable_sqft": 360 + number % 7 * 50,
            "usage_type": "OFFICE",
            "base_price_monthly": 900 + number % 7 * 125,
            "currency": "USD",
            "amenities": "elevator;parking",
        }
