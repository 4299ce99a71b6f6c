"""`make demo`: one real lease, from two registrations to the last receipt, printed line by line.

A client like any other: HTTP and WebSocket against the running platform, nothing else. The PDFs go to
`demo/`.
"""

import json
import os
import sys
import time
import uuid
from collections.abc import Callable
from contextlib import ExitStack
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen
from zoneinfo import ZoneInfo

from websockets.sync.client import ClientConnection, connect

from local.demo.portfolio import buildings_csv

BASE = os.environ.get("URL") or f"http://127.0.0.1:{os.environ.get('PORT', '8000')}"
PAPERS = Path("demo")
# A busy machine makes the platform slow; only one that stands still makes it silent for so long.
PATIENCE = 300.0
IMPORTED = 2500
"""Spaces in the spreadsheet: three transactions."""

COLOURS = ("\033[2m", "\033[1m", "\033[32m", "\033[36m", "\033[0m")
DIM, BOLD, GREEN, CYAN, OFF = COLOURS if sys.stdout.isatty() else [""] * 5


class Person:
    """A user with a name, a token and an open socket."""

    def __init__(self, sockets: ExitStack, name: str, role: str, organization: str) -> None:
        self.name = name
        self.token = ""
        answer = self.ask(
            "POST",
            "/auth/register",
            email=f"{name.split()[0].lower()}.{time.time_ns()}@example.com",
            password="Demo-Passw0rd",  # noqa: S106 (an account that lives as long as the demo)
            name=name,
            role=role,
            organization_name=organization,
        )
        self.token = answer["token"]
        self.id = answer["user"]["id"]
        said(f"{name} registers as {role} for {organization}")
        opening = connect(f"{BASE.replace('http', 'ws', 1)}/ws?token={self.token}", open_timeout=PATIENCE)
        self.socket: ClientConnection = sockets.enter_context(opening)
        self.heard: list[dict[str, Any]] = []

    def ask(self, method: str, path: str, query: dict[str, Any] | None = None, **body: Any) -> Any:
        """One request; its answer's JSON. Waits if a rate limit requires it."""
        answer = self.fetch(method, f"/api/v1{path}" + (f"?{urlencode(query)}" if query else ""), body)
        return json.loads(answer) if answer else None

    def send(self, path: str, name: str, content: bytes) -> Any:
        """A file, as a form; the answer's JSON."""
        boundary = uuid.uuid4().hex
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        form = head.encode() + content + f"\r\n--{boundary}--\r\n".encode()
        answer = self.fetch("POST", f"/api/v1{path}", form, f"multipart/form-data; boundary={boundary}")
        return json.loads(answer)

    def fetch(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | bytes | None = None,
        content_type: str = "application/json",
    ) -> bytes:
        """One request; its answer's bytes."""
        headers = {"Content-Type": content_type}
        if method != "GET":
            # A retried request takes effect once.
            headers["Idempotency-Key"] = str(uuid.uuid4())
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        data = body if isinstance(body, bytes) else json.dumps(body).encode() if body else None
        while True:
            try:
                with urlopen(Request(BASE + path, data, headers, method=method)) as response:  # noqa: S310 (BASE is ours)
                    return bytes(response.read())
            except HTTPError as error:
                refusal = json.loads(error.read())
                if error.code not in (429, 503):
                    sys.exit(f"{method} {path} was refused: {json.dumps(refusal, indent=2)}")
                pause = int(error.headers.get("Retry-After", "1"))
                note(f"(the platform asks for a pause of {pause} s)")
                time.sleep(pause)

    def hears(self, event: str, fits: Callable[[dict[str, Any]], bool] = lambda data: True) -> dict[str, Any]:
        """The data of the next such event on the socket; others are kept for later."""
        deadline = time.monotonic() + PATIENCE
        while True:
            for number, frame in enumerate(self.heard):
                if frame["event"] == event and fits(frame["data"]):
                    data: dict[str, Any] = self.heard.pop(number)["data"]
                    print(f"  {CYAN}⇠ {self.name} hears {event}{OFF} {DIM}{_short(data)}{OFF}")
                    return data
            self.heard.append(json.loads(self.socket.recv(timeout=deadline - time.monotonic())))


def said(text: str) -> None:
    """A step of the story."""
    print(f"{GREEN}•{OFF} {text}")


def note(text: str) -> None:
    """A side note."""
    print(f"  {DIM}{text}{OFF}")


def _short(data: dict[str, Any]) -> str:
    return ", ".join(f"{name}={value}" for name, value in data.items() if name.endswith(("status", "title")))


def main() -> None:
    """Run the story."""
    PAPERS.mkdir(exist_ok=True)
    with ExitStack() as sockets:
        tell(sockets)


def tell(sockets: ExitStack) -> None:
    """From two registrations to the schedule."""
    olivia = Person(sockets, "Olivia Stone", "OWNER", "Stone Properties LLC")
    carl = Person(sockets, "Carl Berg", "CLIENT", "Berg Analytics Inc")

    address = {"street": "123 Main St", "city": "New York", "state": "NY", "country": "USA", "postal_code": "10001"}
    building = olivia.ask(
        "POST",
        "/buildings",
        name="Downtown Office Tower",
        address=address,
        total_floors=10,
        amenities=["parking", "elevator"],
        latitude=40.7128,
        longitude=-74.0060,
        timezone="America/New_York",
    )
    said(f"Olivia lists {BOLD}{building['name']}{OFF}; its {len(building['floors'])} floors are there at once")
    space = olivia.ask(
        "POST",
        "/spaces",
        floor_id=building["floors"][2]["id"],
        name="Office Suite 301",
        gross_sqft=1000,
        usable_sqft=800,
        usage_type="OFFICE",
        base_price_monthly=5000,
        currency="USD",
        amenities=["wifi", "parking"],
    )
    said(f"and on the third floor {BOLD}{space['name']}{OFF} for 5,000.00 a month")

    found = carl.ask("GET", "/spaces", {"building_id": building["id"], "max_price": 5500, "amenities": "wifi"})["data"]
    said(f"Carl searches for something with wifi below 5,500 and finds {found[0]['name']}")
    today = datetime.now(ZoneInfo("America/New_York")).date()
    start = date(today.year + (today.month == 12), today.month % 12 + 1, 15)
    bid = carl.ask("POST", "/bids", space_id=space["id"], bid_amount=4800, start_date=start.isoformat(), term_months=12)
    said(f"and bids 4,800.00 a month for a year from {start}")
    olivia.hears("bid:status_changed", lambda data: data["bid_id"] == bid["id"])

    approved = olivia.ask("PUT", f"/bids/{bid['id']}/approve", notes="Welcome to the tower")
    contract = approved["contract_id"]
    said(f"Olivia approves; contract {contract[-8:]} holds the space, the saga starts")
    carl.hears("bid:status_changed", lambda data: data["status"] == "APPROVED")
    carl.hears("lease:generated")

    while carl.ask("GET", f"/contracts/{contract}")["status"] != "PENDING_SIGNATURE":
        time.sleep(0.05)
    _save(carl, f"/api/v1/contracts/{contract}/download", "lease.pdf")
    carl.ask("PATCH", f"/contracts/{contract}/sign", signature="Carl Berg", consent=True)
    said("Carl reads the lease and signs")
    olivia.ask("PATCH", f"/contracts/{contract}/sign", signature="Olivia Stone", consent=True)
    said("Olivia signs; the deal is made")
    while (lease := carl.ask("GET", f"/contracts/{contract}"))["status"] not in ("SIGNED", "ACTIVE"):
        time.sleep(0.05)
    carl.hears("notification:new", lambda data: "signed" in data["message"] or "active" in data["message"])
    said(f"The lease is {BOLD}{lease['status']}{OFF}, {lease['start_date']} to {lease['end_date']}")

    first = lease["payments"][0]
    olivia.ask(
        "POST",
        f"/payments/{first['id']}/record",
        paid_date=today.isoformat(),
        payment_method="bank_transfer",
        transaction_reference="TXN123456",
    )
    said(f"Carl pays the first {first['amount']:,.2f}; Olivia records it")
    _save(carl, f"/api/v1/payments/{first['id']}/invoice", "invoice.pdf")
    _save(carl, f"/api/v1/payments/{first['id']}/receipt", "receipt.pdf")

    said("The schedule, to the cent:")
    payments = carl.ask("GET", "/payments", {"contract_id": contract, "limit": 100})["data"]
    for one in payments:
        number = f"{one['installment_number']:>2}/{one['total_installments']}"
        print(f"    {number}  due {one['due_date']}  {one['amount']:>10,.2f} {one['currency']}  {one['status']}")
    print(f"    {BOLD}total {sum(one['amount'] for one in payments):>28,.2f} USD{OFF}")
    _import(olivia)
    _export(olivia)


def _import(olivia: Person) -> None:
    """An older building comes along in a spreadsheet."""
    content = buildings_csv(IMPORTED, "Cotton Mill", "Lowell", "MA")
    job = olivia.send("/admin/import/buildings", "cotton-mill.csv", content)
    said(f"Olivia imports {IMPORTED:,} workshops of an old mill from a spreadsheet ({len(content):,} bytes)")
    status = "QUEUED"
    while status in ("QUEUED", "RUNNING"):
        told = olivia.hears("import:progress", lambda data: bool(data["import_id"] == job["id"]))
        status = told["status"]
        bar = "█" * (20 * (told["succeeded"] + told["failed"]) // told["total"])
        note(f"{bar:░<20} {told['succeeded']:,} of {told['total']:,} rows are in, {told['failed']} failed")


def _export(olivia: Person) -> None:
    """All of it goes out again in one file."""
    export = olivia.ask("POST", "/exports", kind="ALL", format="JSONL")
    while export["status"] in ("QUEUED", "RUNNING"):
        time.sleep(0.3)
        export = olivia.ask("GET", f"/exports/{export['id']}")
    if export["status"] == "FAILED":
        sys.exit(f"The export failed: {export['reason']}")
    said(f"Olivia exports everything that is hers, {export['rows']:,} rows in one zip")
    with urlopen(export["url"]) as answer:  # noqa: S310 (the platform's)
        _keep(answer.read(), "stone-properties.zip")


def _save(person: Person, path: str, name: str) -> None:
    _keep(person.fetch("GET", path), name)


def _keep(content: bytes, name: str) -> None:
    (PAPERS / name).write_bytes(content)
    note(f"saved {PAPERS / name} ({len(content):,} bytes)")


if __name__ == "__main__":
    try:
        main()
    except URLError:
        sys.exit(f"Nothing answers at {BASE}: start the platform with `make up` first.")
