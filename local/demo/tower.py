"""What a fresh platform starts with: an owner with a building for lease, and a client who could rent in it.

Created through the platform's own operations, from a separate address (127.0.0.2), so that the rate limits of callers
from 127.0.0.1 are not used up. With KEEP=1 it may exist already.
"""

import http.client
import json
import sys
from typing import Any
from urllib.parse import urlsplit

# Only Linux treats all of 127.0.0.0/8 as local.
SOURCE = "127.0.0.2" if sys.platform == "linux" else "127.0.0.1"
PASSWORD = "Demo-Passw0rd"  # noqa: S105 (printed at every start)
PEOPLE = {
    "OWNER": {"email": "owner@example.com", "name": "Olivia Stone", "organization_name": "Stone Properties LLC"},
    "CLIENT": {"email": "client@example.com", "name": "Carl Berg", "organization_name": "Berg Analytics Inc"},
}
BUILDING = {
    "name": "Downtown Office Tower",
    "address": {
        "street": "123 Main St",
        "city": "New York",
        "state": "NY",
        "country": "USA",
        "postal_code": "10001",
    },
    "total_floors": 5,
    "amenities": ["parking", "elevator"],
    "latitude": 40.7128,
    "longitude": -74.0060,
    "timezone": "America/New_York",
}
SUITES = [(1, "Suite 101", 1200, 6100), (1, "Suite 102", 850, 4300), (2, "Suite 201", 2400, 11900)] + [
    (floor, f"Suite {floor}01", 4000, 19000 + 500 * floor) for floor in (3, 4, 5)
]


def create(url: str) -> list[str]:
    """Create what is missing; returns the lines that show the logins."""
    lines = [f"{role.lower():10} {person['email']} / {PASSWORD}" for role, person in PEOPLE.items()]
    tokens = {role: _register(url, role, person) for role, person in PEOPLE.items()}
    if owner := tokens["OWNER"]:
        building = _ask(url, "/buildings", BUILDING, owner)
        floors = {floor["floor_number"]: floor["id"] for floor in building["floors"]}
        for floor, name, sqft, price in SUITES:
            suite = {
                "floor_id": floors[floor],
                "name": name,
                "gross_sqft": sqft,
                "usable_sqft": sqft * 4 // 5,
                "usage_type": "OFFICE",
                "base_price_monthly": price,
                "currency": "USD",
                "amenities": ["wifi", "parking"],
            }
            _ask(url, "/spaces", suite, owner)
    return lines


def _register(url: str, role: str, person: dict[str, str]) -> str | None:
    """The token of the new account, or None if the account exists."""
    answer = _ask(url, "/auth/register", {**person, "role": role, "password": PASSWORD})
    return answer.get("token")


def _ask(url: str, path: str, body: dict[str, Any], token: str | None = None) -> dict[str, Any]:
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    connection = http.client.HTTPConnection(urlsplit(url).netloc, source_address=(SOURCE, 0))
    try:
        connection.request("POST", f"/api/v1{path}", json.dumps(body), headers)
        response = connection.getresponse()
        answer: dict[str, Any] = json.loads(response.read())
    finally:
        connection.close()
    if response.status != 201 and answer.get("error", {}).get("code") != "EMAIL_TAKEN":
        raise RuntimeError(f"demo data: POST {path} answered {response.status} {answer}")
    return answer
