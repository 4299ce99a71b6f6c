"""What the demo city consists of: people, towers, suites and deals. The same every time."""

import random
from collections.abc import Iterator
from typing import NamedTuple

OWNERS = [
    ("owner@example.com", "Olivia Stone", "Stone Properties LLC"),
    ("owner2@example.com", "Rosa Lindqvist", "Hudson Holdings Inc"),
]
MEMBERS = [
    (0, "agent@example.com", "Amir Haddad", "AGENT"),
    (0, "agent2@example.com", "June Park", "AGENT"),
    (0, "finance@example.com", "Theo Brandt", "FINANCIAL_OFFICER"),
    (1, "agent3@example.com", "Lena Okafor", "AGENT"),
    (1, "agent4@example.com", "Marc Dubois", "AGENT"),
]
CLIENTS = [
    ("client@example.com", "Carl Berg", "Berg Analytics Inc"),
    ("client2@example.com", "Nora West", "Northwind Traders Inc"),
    ("client3@example.com", "Ivan Petrov", "Kestrel Software Corp"),
    ("client4@example.com", "Grace Lin", "Lumen Design Studio"),
    ("client5@example.com", "Sam Adeyemi", "Atlas Freight & Logistics"),
    ("client6@example.com", "Helen Cho", "Hudson Legal LLP"),
    ("client7@example.com", "Pablo Ruiz", "Meridian Health Partners"),
    ("client8@example.com", "Anna Novak", "Oak & Ash Architects"),
    ("client9@example.com", "David Cohen", "Cohen, Price & Wade CPAs"),
    ("client10@example.com", "Mei Tanaka", "Tanaka Robotics"),
    ("client11@example.com", "Liam Walsh", "Walsh Capital Advisors"),
    ("client12@example.com", "Sofia Rossi", "Rossi Film & Post"),
    ("client13@example.com", "Omar Farouk", "Beacon Insurance Services"),
    ("client14@example.com", "Ella Fox", "Foxglove Biotech"),
    ("client15@example.com", "Jack Moore", "Moore & Daughters Publishing"),
    ("client16@example.com", "Priya Shah", "Shah Data Systems"),
]


class Tower(NamedTuple):
    """A building of owner number `owner`: `suites` on each floor of so many `sqft`, at so much a square foot and year;
    of its suites `let` (0 to 1) are let."""

    owner: int
    name: str
    street: str
    latitude: float
    longitude: float
    floors: int
    suites: tuple[int, int]
    sqft: tuple[int, int]
    psf: int
    let: float
    amenities: tuple[str, ...]


TOWERS = [
    Tower(0, "Hudson Exchange", "410 W 33rd St", 40.7536, -73.9985, 14, (2, 4), (11000, 17500), 78, 0.86,
          ("parking", "gym", "roof terrace", "24/7 access")),
    Tower(1, "Meridian House", "88 Broad St", 40.7043, -74.0121, 9, (2, 3), (7000, 9500), 61, 0.84,
          ("concierge", "bike room")),
    Tower(0, "Flatiron Works", "27 W 20th St", 40.7401, -73.9925, 8, (3, 4), (6000, 8200), 69, 0.12,
          ("loading dock", "high ceilings")),
    Tower(0, "Canal Yards", "351 Canal St", 40.7213, -74.0047, 6, (4, 5), (9000, 9800), 57, 0.08,
          ("loading dock", "freight elevator")),
    Tower(0, "Grand Central Plaza", "155 E 44th St", 40.7527, -73.9740, 12, (2, 3), (8800, 13000), 74, 0.05,
          ("parking", "cafeteria", "conference centre")),
    Tower(0, "Beekman Row", "14 Beekman St", 40.7113, -74.0058, 5, (3, 4), (3600, 4400), 52, 0.05, ("bike room",)),
    Tower(0, "Riverside Lofts", "601 W 26th St", 40.7511, -74.0063, 7, (3, 5), (12500, 15000), 64, 0.06,
          ("river view", "roof terrace")),
    Tower(1, "Union Square Forum", "31 Union Sq W", 40.7363, -73.9903, 9, (3, 4), (5200, 6900), 71, 0.06,
          ("concierge", "gym")),
    Tower(1, "Brooklyn Foundry", "55 Water St, Brooklyn", 40.7033, -73.9903, 6, (4, 6), (14000, 16500), 49, 0.05,
          ("river view", "parking", "loading dock")),
    Tower(1, "Court Street Centre", "16 Court St, Brooklyn", 40.6936, -73.9911, 10, (2, 4), (6400, 8000), 44, 0.05,
          ("courthouse nearby",)),
    Tower(1, "Long Island City One", "27-01 Queens Plaza N", 40.7506, -73.9394, 11, (3, 4), (10500, 13500), 46, 0.04,
          ("parking", "cafeteria", "shuttle")),
]  # fmt: skip


class Suite(NamedTuple):
    """A space to be listed, and whether it is to be leased."""

    tower: Tower
    floor: int
    name: str
    sqft: int
    rent: int
    is_let: bool
    status: str


def suites(tower: Tower) -> Iterator[Suite]:
    """The tower's, from the lowest floor up."""
    dice = random.Random(tower.name)  # noqa: S311 (a city, not a secret)
    for floor in range(1, tower.floors + 1):
        many = dice.randint(*tower.suites)
        # A tower with setbacks: the higher the floor, the smaller.
        whole = tower.sqft[1] - (tower.sqft[1] - tower.sqft[0]) * floor // tower.floors
        shares = [dice.uniform(0.6, 1.6) for _ in range(many)]
        for number, share in enumerate(shares, start=1):
            sqft = round(whole * share / sum(shares) / 50) * 50
            rent = round(sqft * (tower.psf + floor * 0.6) / 12 / 25) * 25
            is_let = dice.random() < tower.let
            status = "MAINTENANCE" if not is_let and dice.random() < 0.04 else "AVAILABLE"
            yield Suite(tower, floor, f"Suite {floor}{number:02}", sqft, rent, is_let, status)


TERM_MONTHS = (6, 9, 11, 14, 18, 22, 24, 30, 34, 36, 42, 60, 60, 84, 120)
LATE = {"grace_days": 5, "fee_percent": 5, "min_fee": 100, "annual_interest_percent": 12}
INCREASES = (
    None,
    {"kind": "COMPOUND", "percent": 3},
    {"kind": "COMPOUND", "percent": 2.5},
    {"kind": "AMOUNT", "amount_psf": 1.5},
    {"kind": "SIMPLE", "percent": 3},
)
