"""A market to search in: `make data SPACES=1000000` fills a running platform's database with believable spaces by COPY.

The same number always gives the same market: buildings in fifteen cities around their real centres, most of their
spaces listed, some leased, at local prices and in the local currency. The database's own triggers keep searches and
counters up to date. Nobody can sign in as these owners; a second call adds to the first.
"""

import json
import math
import random
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import psycopg

from local.cloud.problem import CHECKOUT

SPACES = 100_000
AT_ONCE = 200
"""Buildings in one COPY, which is one transaction."""
SPACES_A_BUILDING = 60
BUILDINGS_AN_OWNER = 8
FIRST_DAY = datetime(2024, 1, 1, tzinfo=UTC)
DAYS = 700


@dataclass(frozen=True)
class City:
    name: str
    state: str
    country: str
    latitude: float
    longitude: float
    timezone: str
    currency: str
    rent: float
    """A month's rent of a square foot."""


CITIES = (
    City("New York", "NY", "USA", 40.7128, -74.0060, "America/New_York", "USD", 6.2),
    City("San Francisco", "CA", "USA", 37.7749, -122.4194, "America/Los_Angeles", "USD", 5.6),
    City("Chicago", "IL", "USA", 41.8781, -87.6298, "America/Chicago", "USD", 3.4),
    City("Toronto", "ON", "Canada", 43.6532, -79.3832, "America/Toronto", "CAD", 4.1),
    City("London", "England", "United Kingdom", 51.5072, -0.1276, "Europe/London", "GBP", 6.8),
    City("Manchester", "England", "United Kingdom", 53.4808, -2.2426, "Europe/London", "GBP", 3.0),
    City("Paris", "Île-de-France", "France", 48.8566, 2.3522, "Europe/Paris", "EUR", 5.9),
    City("Berlin", "Berlin", "Germany", 52.5200, 13.4050, "Europe/Berlin", "EUR", 3.6),
    City("Frankfurt am Main", "Hessen", "Germany", 50.1109, 8.6821, "Europe/Berlin", "EUR", 4.0),
    City("Zürich", "ZH", "Switzerland", 47.3769, 8.5417, "Europe/Zurich", "CHF", 5.4),
    City("Madrid", "Madrid", "Spain", 40.4168, -3.7038, "Europe/Madrid", "EUR", 2.9),
    City("Dubai", "Dubai", "United Arab Emirates", 25.2048, 55.2708, "Asia/Dubai", "AED", 14.0),
    City("Singapore", "Singapore", "Singapore", 1.3521, 103.8198, "Asia/Singapore", "SGD", 8.3),
    City("Tokyo", "Tokyo", "Japan", 35.6762, 139.6503, "Asia/Tokyo", "JPY", 780.0),
    City("Sydney", "NSW", "Australia", -33.8688, 151.2093, "Australia/Sydney", "AUD", 7.1),
)
LANDMARKS = """Harbour Mill Exchange Foundry Orchard Station Cathedral Market Bridge Castle Garden River Summit Lantern
    Cooper Sterling Granite Meadow Falcon Juniper Beacon Compass Meridian Northgate Southbank Eastfield Westmoor
    Kingsway Queensgate Abbey Anchor Atlas Aurora Cobalt Copper Crescent Crown Delta Emerald Evergreen Gallery Horizon
    Ivory
    Linden Magnolia Maple Marble Monument Oakwood Observatory Pavilion Pinnacle Pioneer Quarry Regent Sapphire Silver
    Spinnaker Tannery Union Victoria Weaver Willow Windsor""".split()
KINDS = "Tower House Plaza Centre Building Court Works Park Wharf Hall Quarter Campus Yard Point".split()
STREETS = """Main Station Church Market Park Mill King Queen Victoria Bridge Castle Garden Harbour River School Spring
    Cedar Elm Chestnut Walnut Lake Hill Union Liberty Washington Franklin Lincoln Madison Jefferson""".split()
STREET_KINDS = ("Street", "Road", "Avenue", "Lane", "Square")
SYLLABLES = "ka vo ren lim tar sol bri den mor qui zan fel hu ja pol gra wen tis ul cro".split()
USES = (
    ("OFFICE", 78, ("Suite {n}", "Office {n}", "Open-plan office {n}", "Corner suite {n}", "Executive office {n}")),
    ("STORAGE", 9, ("Storage {n}", "Archive {n}", "Warehouse bay {n}")),
    ("CANTEEN", 3, ("Canteen {n}", "Café {n}")),
    ("OTHER", 7, ("Studio {n}", "Showroom {n}", "Laboratory {n}", "Workshop {n}")),
    ("CORRIDOR", 2, ("Corridor {n}",)),
    ("JANITOR", 1, ("Janitor's room {n}",)),
)
AMENITIES = """wifi parking elevator|air conditioning|reception|kitchen|meeting room|bike storage|showers|gym|terrace
    |security|raised floor|natural light|furnished|fibre internet|24/7 access|canteen|roof garden|EV charging
    |concierge|loading dock|server room|phone booths|step-free access|childcare|auditorium|backup generator|river view
    |fireplace"""
LABELS = [label.strip() for part in AMENITIES.split("|") for label in (part.split() if "wifi" in part else [part])]
STATES = (("AVAILABLE", 70), ("OCCUPIED", 24), ("MAINTENANCE", 5), ("RESERVED", 1))

_COPIES = {
    "organizations": "id, name",
    "users": "id, organization_id, email, password_hash, name, role",
    "buildings": "id, owner_organization_id, owner_id, name, address, latitude, longitude, timezone, total_floors,"
    " amenities, created_at, updated_at",
    "floors": "id, building_id, owner_organization_id, floor_number",
    "spaces": "id, floor_id, building_id, owner_organization_id, name, gross_sqft, usable_sqft, usage_type,"
    " is_leasable, base_price_monthly, currency, availability_status, amenities, created_at, updated_at",
}

Rows = dict[str, list[tuple[object, ...]]]


def fill(database_url: str, spaces: int, seed: int = 2026) -> None:
    """Add that many spaces, with their buildings, to the database."""
    dice = random.Random(seed)  # noqa: S311 (nobody's secret)
    with psycopg.connect(database_url, autocommit=True) as connection:
        # Words and amenities enter their index in bulk, which is four times as fast.
        connection.execute("ALTER INDEX listings_tags_idx SET (fastupdate = on, gin_pending_list_limit = 262144)")
    with psycopg.connect(database_url) as connection:
        for rows in _portions(dice, spaces):
            for table, columns in _COPIES.items():
                with connection.cursor().copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                    for row in rows[table]:
                        copy.write_row(row)
            connection.commit()
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("ALTER INDEX listings_tags_idx RESET (gin_pending_list_limit)")
        connection.execute("ALTER INDEX listings_tags_idx SET (fastupdate = off)")
        connection.execute("VACUUM ANALYZE")


def _portions(dice: random.Random, spaces: int) -> Iterator[Rows]:
    """What goes into the tables, a few thousand spaces at a time."""
    rows: Rows = {table: [] for table in _COPIES}
    left, buildings, owner = spaces, 0, (UUID(int=0), UUID(int=0))
    while left:
        moment = FIRST_DAY + timedelta(days=DAYS * (1 - left / spaces))
        if buildings % BUILDINGS_AN_OWNER == 0:
            owner = _owner(dice, rows, moment)
        left -= _building(dice, rows, owner, moment, left)
        buildings += 1
        if buildings % AT_ONCE == 0 or not left:
            yield rows
            rows = {table: [] for table in _COPIES}


def _owner(dice: random.Random, rows: Rows, moment: datetime) -> tuple[UUID, UUID]:
    organization, user = _id(dice, moment), _id(dice, moment)
    name = _name(dice)
    rows["organizations"].append((organization, f"{name} Properties"))
    email = f"{user.hex}@market.example.com"
    rows["users"].append((user, organization, email, "nobody signs in", f"{name} Owner", "OWNER"))
    return organization, user


def _building(dice: random.Random, rows: Rows, owner: tuple[UUID, UUID], moment: datetime, most: int) -> int:
    """How many spaces it has got."""
    city = dice.choice(CITIES)
    organization, user = owner
    building = _id(dice, moment)
    # Dense in the middle, a few miles wide.
    north, east = dice.gauss(0, 0.03), dice.gauss(0, 0.03)
    address = {
        "street": f"{dice.randint(1, 400)} {dice.choice(STREETS)} {dice.choice(STREET_KINDS)}",
        "city": city.name,
        "state": city.state,
        "country": city.country,
        "postal_code": str(dice.randint(10000, 99999)),
    }
    number = min(most, max(1, round(dice.gauss(SPACES_A_BUILDING, SPACES_A_BUILDING / 3))))
    per_floor = dice.randint(3, 10)
    floors = math.ceil(number / per_floor)
    shared = sorted({_label(dice) for _ in range(3)})
    rows["buildings"].append(
        (building, organization, user, f"{_name(dice)} {dice.choice(KINDS)}", json.dumps(address),
         round(city.latitude + north, 6), round(city.longitude + east / math.cos(math.radians(city.latitude)), 6),
         city.timezone, floors, json.dumps(shared), moment, moment)
    )  # fmt: skip
    for floor_number in range(1, floors + 1):
        floor = _id(dice, moment)
        rows["floors"].append((floor, building, organization, floor_number))
        for place in range(1, min(per_floor, number - per_floor * (floor_number - 1)) + 1):
            rows["spaces"].append(
                _space(dice, (floor, building, organization), city, floor_number * 100 + place, moment)
            )
    return number


def _space(
    dice: random.Random, where: tuple[UUID, ...], city: City, number: int, moment: datetime
) -> tuple[object, ...]:
    moment += timedelta(seconds=dice.randint(0, 86_400))
    usage, _, names = dice.choices(USES, [share for _, share, _ in USES])[0]
    sqft = round(min(max(dice.lognormvariate(7.2, 0.8), 80), 60_000))
    rate = city.rent * (1 if usage == "OFFICE" else 0.6) * dice.lognormvariate(0, 0.25)
    [status] = dice.choices([state for state, _ in STATES], [share for _, share in STATES])
    return (
        _id(dice, moment), *where, dice.choice(names).format(n=number), sqft, round(sqft * dice.uniform(0.7, 0.95)),
        usage, usage not in ("CORRIDOR", "JANITOR") and dice.random() < 0.95,
        # On request, here and there.
        None if dice.random() < 0.04 else round(sqft * rate, -2 if rate > 100 else -1), city.currency, status,
        json.dumps(sorted({_label(dice) for _ in range(dice.randint(1, 7))})), moment, moment,
    )  # fmt: skip


def _name(dice: random.Random) -> str:
    """The name of a landmark, or a rare one."""
    if dice.random() < 0.5:
        return dice.choice(LANDMARKS)
    return "".join(dice.choice(SYLLABLES) for _ in range(3)).capitalize()


def _label(dice: random.Random) -> str:
    """The first ones are common, the last ones rare."""
    return LABELS[int(len(LABELS) * dice.random() ** 2.2)]


def _id(dice: random.Random, moment: datetime) -> UUID:
    """A UUIDv7 with that timestamp."""
    value = int(moment.timestamp() * 1000) << 80 | dice.getrandbits(80)
    return UUID(int=value & ~(0xF << 76 | 0b11 << 62) | 7 << 76 | 0b10 << 62)


def main(arguments: list[str]) -> int:
    spaces = int(arguments[0]) if arguments else SPACES
    state = Path(arguments[1]) if len(arguments) > 1 else CHECKOUT / ".local"
    try:
        platform = json.loads((state / "state.json").read_text())
    except FileNotFoundError:
        print("No platform runs on this machine: start it with `make up`.", file=sys.stderr)
        return 1
    begun = time.monotonic()
    fill(platform["database_url"], spaces)
    print(f"{spaces:,} spaces in {time.monotonic() - begun:.0f} s.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
