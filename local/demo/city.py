"""A city's worth of demo data, created while the platform is already open: every row by the platform's own operations.

Two owners with their agents and twelve towers, sixteen companies that bid, negotiate, sign and pay, and a deal in every
state that a fresh city can have: only time brings the others (`POST /_local/clock`). It respects the rate limits like
any client, does one thing after another, and pauses while people use the platform.
"""

import http.client
import itertools
import json
import random
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit
from uuid import uuid4
from zoneinfo import ZoneInfo

from local.demo import pictures, plan, upkeep
from local.demo.portfolio import buildings_csv
from local.demo.tower import PASSWORD

ZONE = "America/New_York"
PATIENCE = 300.0
PAUSE = 5.0
"""The longest that a request of the city waits for people, in seconds."""
AGENT = "demo-city"
"""The user agent by which the platform distinguishes the city's requests from people's."""

TYPES = {"png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "csv": "text/csv"}
IMPORTED = 60
"""Spaces of the building that comes in a spreadsheet."""

Answer = dict[str, Any]


class Refused(Exception):
    """The platform's answer when it refused a request."""


class Person:
    """A signed-in user with their own IP address, so that the limits of callers from 127.0.0.1 are not used up."""

    _addresses = itertools.count(3)

    def __init__(self, url: str, email: str, name: str, is_quiet: Callable[[], bool]) -> None:
        # Only Linux treats all of 127.0.0.0/8 as local.
        self._source = f"127.0.0.{next(self._addresses)}" if sys.platform == "linux" else "127.0.0.1"
        self._host = urlsplit(url).netloc
        self.email, self.name = email, name
        self.is_quiet = is_quiet
        self.token = ""

    def ask(self, method: str, path: str, **body: Any) -> Answer:
        """One request's answer; waits if a rate limit requires it. Raises Refused."""
        headers = {"Content-Type": "application/json", "User-Agent": AGENT}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        while True:
            self._let_people_go_first()
            # One connection per request: while the city waits for people, an older one would be closed.
            connection = http.client.HTTPConnection(self._host, source_address=(self._source, 0), timeout=PATIENCE)
            try:
                connection.request(method, path, json.dumps(body) if body else None, headers)
                response = connection.getresponse()
                content = response.read()
            finally:
                connection.close()
            if response.status in (429, 503):
                time.sleep(int(response.headers.get("Retry-After", "1")))
            elif response.status >= 400:
                raise Refused(f"{method} {path}: {content.decode()}")
            else:
                answer: Answer = json.loads(content) if content else {}
                return answer

    def _let_people_go_first(self) -> None:
        deadline = time.monotonic() + PAUSE
        while not self.is_quiet() and time.monotonic() < deadline:
            time.sleep(0.1)

    def api(self, method: str, path: str, **body: Any) -> Answer:
        return self.ask(method, f"/api/v1{path}", **body)

    def upload(self, purpose: str, file_name: str, content: bytes) -> Answer:
        """Upload a file as a browser does; the file."""
        content_type = TYPES[file_name.rpartition(".")[2]]
        told = {"purpose": purpose, "file_name": file_name, "content_type": content_type}
        begun = self.api("POST", "/uploads", size_bytes=len(content), **told)
        _post(begun["upload"], content)
        return self.api("POST", f"/uploads/{begun['id']}/complete")

    def register(self, role: str, organization: str) -> None:
        self.token = self.api(
            "POST",
            "/auth/register",
            email=self.email,
            password=PASSWORD,
            name=self.name,
            role=role,
            organization_name=organization,
        )["token"]

    def log_in(self) -> None:
        self.token = self.api("POST", "/auth/login", email=self.email, password=PASSWORD)["token"]

    def join(self, owner: "Person", role: str) -> None:
        """Accept the owner's invitation, with the token from the mail."""
        owner.api("POST", "/organizations/me/invitations", email=self.email, role=role)
        deadline = time.monotonic() + PATIENCE
        while not (mails := self.ask("GET", f"/_local/mailbox?to={quote(self.email)}")["data"]):
            if time.monotonic() > deadline:
                raise Refused(f"no mail has come for {self.email}")
            time.sleep(0.1)
        link = next(word for word in mails[0]["text"].split() if "token=" in word)
        token = parse_qs(urlsplit(link).query)["token"][0]
        answer = self.api("POST", "/auth/invitations/accept", token=token, name=self.name, password=PASSWORD)
        self.token = answer["token"]


def _post(form: Answer, content: bytes) -> None:
    """Send a file with a form, as `multipart/form-data`. Raises Refused."""
    boundary = uuid4().hex
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in form["fields"].items()
    ]
    opening = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="file"\r\n\r\n'
    body = "".join([*parts, opening]).encode() + content + f"\r\n--{boundary}--\r\n".encode()
    place = urlsplit(form["url"])
    connection = http.client.HTTPConnection(place.netloc, timeout=PATIENCE)
    try:
        connection.request("POST", place.path, body, {"Content-Type": f"multipart/form-data; boundary={boundary}"})
        response = connection.getresponse()
        answer = response.read().decode()
    finally:
        connection.close()
    if response.status >= 300:
        raise Refused(f"POST {form['url']}: {answer}")


class City:
    """The city in the making: `found`, then the rest of its life, in order."""

    def __init__(self, url: str, is_quiet: Callable[[], bool]) -> None:
        self.url = url
        self.is_quiet = is_quiet
        self.dice = random.Random(7)  # noqa: S311 (a city, not a secret)
        self.today = datetime.now(ZoneInfo(ZONE)).date()
        self.spaces: list[tuple[plan.Suite, str]] = []
        self.leases: list[tuple[int, Person, str]] = []
        """Owner's number, client, contract."""

    def make(self) -> str:
        """Create everything; returns a sentence that says what there is."""
        self.people()
        for tower in plan.TOWERS:
            self.build(tower)
        self.take_over()
        self.let()
        self.talk()
        self.sign()
        self.pay()
        self.odds_and_ends()
        self.maintain()
        return (
            f"{len(plan.TOWERS) + 2} buildings, {len(self.spaces) + IMPORTED} more suites, {len(self.leases)} leases, "
            f"{len(plan.CLIENTS)} companies (owner2@, agent@, finance@, client2@ … client16@example.com / {PASSWORD})"
        )

    def people(self) -> None:
        self.owners = [self.person(email, name) for email, name, _ in plan.OWNERS]
        self.clients = [self.person(email, name) for email, name, _ in plan.CLIENTS]
        for people, listed, role in ((self.owners, plan.OWNERS, "OWNER"), (self.clients, plan.CLIENTS, "CLIENT")):
            # The first of each existed when the platform opened.
            people[0].log_in()
            for person, (_, _, organization) in zip(people[1:], listed[1:], strict=True):
                person.register(role, organization)
        self.staff: list[list[Person]] = [[owner] for owner in self.owners]
        self.bookkeepers = list(self.owners)
        for number, email, name, role in plan.MEMBERS:
            member = self.person(email, name)
            member.join(self.owners[number], role)
            if role == "AGENT":
                self.staff[number].append(member)
            else:
                self.bookkeepers[number] = member
        self._turns = [itertools.cycle(staff) for staff in self.staff]
        for owner, (_, _, organization) in zip(self.owners, plan.OWNERS, strict=True):
            file = owner.upload("ORGANIZATION_LOGO", "logo.png", pictures.logo(organization))
            owner.api("PUT", "/organizations/me", logo_id=file["id"])

    def person(self, email: str, name: str) -> Person:
        return Person(self.url, email, name, self.is_quiet)

    def somebody_of(self, owner: int) -> Person:
        """The owner and its agents, in turns."""
        return next(self._turns[owner])

    def build(self, tower: plan.Tower) -> None:
        building = self.somebody_of(tower.owner).api(
            "POST",
            "/buildings",
            name=tower.name,
            address={
                "street": tower.street,
                "city": "New York",
                "state": "NY",
                "country": "USA",
                "postal_code": "10001",
            },
            total_floors=tower.floors,
            amenities=list(tower.amenities),
            latitude=tower.latitude,
            longitude=tower.longitude,
            timezone=ZONE,
        )
        floors = {floor["floor_number"]: floor["id"] for floor in building["floors"]}
        images = [
            self.somebody_of(tower.owner).upload("SPACE_IMAGE", f"{name}.jpg", content)["id"]
            for name, content in (
                ("Office", pictures.interior(tower.name)),
                ("Building", pictures.facade(tower.name, tower.floors)),
            )
        ]
        self.show_plans(tower, floors)
        for suite in plan.suites(tower):
            space = self.somebody_of(tower.owner).api(
                "POST",
                "/spaces",
                floor_id=floors[suite.floor],
                name=suite.name,
                gross_sqft=suite.sqft,
                usable_sqft=suite.sqft * 17 // 20,
                usage_type="OFFICE",
                base_price_monthly=suite.rent,
                currency="USD",
                availability_status=suite.status,
                amenities=[
                    "wifi",
                    *self.dice.sample(["furnished", "kitchen", "meeting rooms", "corner", "terrace"], 2),
                ],
                image_ids=images,
            )
            self.spaces.append((suite, space["id"]))

    def take_over(self) -> None:
        """The second owner brings an old mill along, in a spreadsheet."""
        owner = self.owners[1]
        file = owner.upload("IMPORT", "tannery.csv", buildings_csv(IMPORTED, "Old Tannery", "Newark", "NJ"))
        owner.api("POST", "/admin/import/buildings", upload_id=file["id"])

    def show_plans(self, tower: plan.Tower, floors: dict[int, str]) -> None:
        """Plans of the lowest and of the highest floor."""
        somebody = self.somebody_of(tower.owner)
        for number in (1, tower.floors):
            suites = [(suite.name, suite.sqft) for suite in plan.suites(tower) if suite.floor == number]
            title = f"{tower.name}, floor {number}"
            file = somebody.upload("FLOOR_PLAN", f"{title}.png", pictures.plan(title, suites))
            somebody.api("PUT", f"/floors/{floors[number]}", floor_plan_id=file["id"])

    def let(self) -> None:
        """A bid and its approval for every suite to be leased; some of them after a counter-offer."""
        clients = itertools.cycle(self.clients[1:])
        for suite, space in self.spaces:
            if not suite.is_let:
                continue
            client, owner = next(clients), suite.tower.owner
            bid = client.api("POST", "/bids", space_id=space, bid_amount=self.about(suite.rent), **self.terms())["id"]
            if self.dice.random() < 0.2:
                self.somebody_of(owner).api("PUT", f"/bids/{bid}/counter", counter_offer_amount=suite.rent)
                contract = client.api("PUT", f"/bids/{bid}/accept-counter")["contract_id"]
            else:
                contract = self.somebody_of(owner).api("PUT", f"/bids/{bid}/approve")["contract_id"]
            self.leases.append((owner, client, contract))

    def terms(self) -> Answer:
        months = self.dice.choice(plan.TERM_MONTHS)
        starts = self.today if self.dice.random() < 0.85 else self.first_of_month(self.dice.randint(1, 4))
        terms: Answer = {"start_date": starts.isoformat(), "term_months": months, "late_policy": plan.LATE}
        if months >= 24 and (increase := self.dice.choice(plan.INCREASES)):
            terms["escalation"] = increase
        if months >= 36:
            terms |= {"free_rent": {"months": list(range(1, months // 24 + 1))}, "deposit_months": 2}
        return terms

    def talk(self) -> None:
        """Bids that lead nowhere yet: open ones, some of them competing, countered, rejected and withdrawn ones."""
        vacant = [one for one in self.spaces if not one[0].is_let and one[0].status == "AVAILABLE"]
        clients = itertools.cycle(self.clients)
        for number, (suite, space) in enumerate(self.dice.sample(vacant, 24)):
            client, owner = next(clients), self.somebody_of(suite.tower.owner)
            terms = self.terms() | {"notes": "We would like to move in with twenty people."}
            bid = client.api("POST", "/bids", space_id=space, bid_amount=self.about(suite.rent), **terms)["id"]
            match number % 6:
                case 0:
                    owner.api("PUT", f"/bids/{bid}/counter", counter_offer_amount=suite.rent, notes="A little more")
                case 1:
                    owner.api("PUT", f"/bids/{bid}/reject", notes="Let go already, to a larger company")
                case 2:
                    client.api("PUT", f"/bids/{bid}/withdraw")
                case 3:
                    rival = next(clients)
                    rival.api("POST", "/bids", space_id=space, bid_amount=self.about(suite.rent * 1.02), **terms)

    def sign(self) -> None:
        """Both sides sign, with a few exceptions: not yet, only by the client, or never."""
        pending, self.leases = self.leases, []
        for number, (owner, client, contract) in enumerate(pending):
            path = f"/contracts/{contract}"
            self.wait_for(client, path, "PENDING_SIGNATURE")
            match number:
                case 3 | 11:
                    continue
                case 7:
                    client.api("PATCH", f"{path}/decline", reason="Our board has decided otherwise")
                    continue
            client.api("PATCH", f"{path}/sign", signature=client.name, consent=True)
            if number in (5, 17):
                continue
            self.owners[owner].api("PATCH", f"{path}/sign", signature=self.owners[owner].name, consent=True)
            self.leases.append((owner, client, contract))

    def pay(self) -> None:
        """The payments due at the start: most clients pay, some partially, some not yet."""
        for number, (owner, client, contract) in enumerate(self.leases):
            self.wait_for(client, f"/contracts/{contract}", "SIGNED", "ACTIVE")
            for payment in client.api("GET", f"/contracts/{contract}")["payments"]:
                if payment["due_date"] > self.today.isoformat() or not payment["amount"] or number % 5 == 4:
                    continue
                part = {"amount": payment["amount"] // 2} if number % 7 == 6 else {}
                self.bookkeepers[owner].api(
                    "POST",
                    f"/payments/{payment['id']}/record",
                    paid_date=self.today.isoformat(),
                    payment_method="bank_transfer",
                    transaction_reference=f"TXN-{number:04}",
                    **part,
                )

    def odds_and_ends(self) -> None:
        """A lease that will end early, and two that an owner has drafted but not sent."""
        for owner, client, contract in self.leases:
            lease = client.api("GET", f"/contracts/{contract}")
            if lease["status"] == "ACTIVE" and lease["term_months"] >= 36:
                ends = (self.today + timedelta(days=95)).isoformat()
                path = f"/contracts/{contract}/terminate"
                self.owners[owner].api("PUT", path, effective_date=ends, reason="The tenant moves to a larger office")
                break
        vacant = [one for one in self.spaces if not one[0].is_let and one[0].tower.owner == 1]
        for suite, space in vacant[-2:]:
            client_id = self.clients[1].api("GET", "/users/me")["id"]
            self.owners[1].api(
                "POST", "/contracts", space_id=space, client_id=client_id, bid_amount=suite.rent, **self.terms()
            )

    def maintain(self) -> None:
        """What needs maintenance: of one building of each owner's, and of the tenants who have moved in."""
        contractors = [self.person(email, name) for email, name, _, _ in upkeep.CONTRACTORS]
        for person, (_, _, organization, _) in zip(contractors, upkeep.CONTRACTORS, strict=True):
            person.register("CONTRACTOR", organization)
        ids = upkeep.equip(contractors, self.today)
        for owner in self.owners:
            building = owner.api("GET", "/buildings")["data"][0]["id"]
            upkeep.tend(owner, building, contractors, ids, self.today)
        for number, (_, client, contract) in enumerate(self.leases):
            lease = client.api("GET", f"/contracts/{contract}")
            if lease["status"] == "ACTIVE":
                upkeep.report(client, lease["space"]["building"]["id"], lease["space_id"], number)

    def wait_for(self, client: Person, path: str, *states: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while (status := client.api("GET", path)["status"]) not in states:
            if time.monotonic() > deadline:
                raise Refused(f"{path} stays {status}")
            time.sleep(0.5)

    def about(self, rent: float) -> int:
        """What a client offers for it, in whole dollars."""
        return round(rent * self.dice.uniform(0.9, 1.0) / 5) * 5

    def first_of_month(self, months: int) -> date:
        year, month = divmod(self.today.year * 12 + self.today.month - 1 + months, 12)
        return date(year, month + 1, 1)


def fill(url: str, is_quiet: Callable[[], bool] = lambda: True) -> Iterator[str]:
    """Create the city, continuing only while `is_quiet`; yields its progress, line by line."""
    started = time.monotonic()
    try:
        found = City(url, is_quiet).make()
    except (Refused, OSError, http.client.HTTPException) as error:
        yield f"the demo city stays unfinished: {error}"
    else:
        yield f"the demo city is complete after {time.monotonic() - started:.0f} s: {found}"
