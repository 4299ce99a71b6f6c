"""A building at a glance: who sits where, until when, in words and as a picture."""

import xml.etree.ElementTree as ET
from decimal import Decimal

import pytest

from functions.reports.show_stacking_plan import show_stacking_plan
from shared.kit.catalog import Role
from tests.call import call, other_id

SVG = {"accept": "image/svg+xml"}
TAG = "{http://www.w3.org/2000/svg}"


def plan_of(portfolio, as_of="2026-06-15", as_=None, headers=None):
    return call(
        show_stacking_plan,
        as_=as_ or portfolio.owner,
        path={"building_id": portfolio.building},
        query={"as_of": as_of} if as_of else None,
        headers=headers,
    )


def drawn(portfolio, **asked):
    return ET.fromstring(plan_of(portfolio, headers=SVG, **asked).body)  # noqa: S314 (our own)


@pytest.fixture
def let(portfolio, world):
    """Three floors, of which the second is empty: leases of every bucket as of 2026-06-15, and what is not let."""
    portfolio.lease(portfolio.space("Suite 10", 1500, 3), "Short", end="2026-12-31", rent=3000)
    portfolio.lease(portfolio.space("Suite 2", 2500, 3), "Middle", end="2027-06-15", rent=5000)
    portfolio.lease(portfolio.space("Suite 11", 1000, 3), "Longer", end="2029-06-15", rent="2083.34")
    portfolio.lease(portfolio.space("Suite 1", 3000, 1), "Longest", end="2029-06-16", rent=1)
    portfolio.lease(portfolio.space("Suite 3", 500, 1), "Soon", start="2026-07-01", end="2027-06-30", rent=100)
    portfolio.space("Suite 4", 1000, 1)
    portfolio.space("Suite 5", 250, 1, status="MAINTENANCE")
    portfolio.space("Suite 6", 250, 1, status="RESERVED")
    portfolio.space("Lobby", 9000, 1, is_leasable=False)
    return portfolio.long_ago()


def test_the_stacking_plan_lists_floors_from_the_top_with_their_tenants(let):
    plan = plan_of(let).json

    assert [floor["floor_number"] for floor in plan["floors"]] == [3, 2, 1]
    third, second, first = (
        [(one["space"]["name"], one["tenant"], one["bucket"], one["status"], one["width_pct"]) for one in its]
        for its in (floor["segments"] for floor in plan["floors"])
    )
    # 2,500, 1,500 and 1,000 of 5,000 sqft.
    assert third == [
        ("Suite 2", "Middle", "12–24m", "OCCUPIED", Decimal("50.00")),
        ("Suite 10", "Short", "<12m", "OCCUPIED", Decimal("30.00")),
        ("Suite 11", "Longer", "24–36m", "OCCUPIED", Decimal("20.00")),
    ]
    assert second == []
    assert first == [
        ("Suite 1", "Longest", ">36m", "OCCUPIED", Decimal("60.00")),
        ("Suite 3", "Soon", "12–24m", "LEASED_NOT_COMMENCED", Decimal("10.00")),
        ("Suite 4", "VACANT", "VACANT", "VACANT", Decimal("20.00")),
        ("Suite 5", "VACANT", "VACANT", "OFFLINE", Decimal("5.00")),
        ("Suite 6", "VACANT", "VACANT", "RESERVED", Decimal("5.00")),
    ]


def test_the_totals_of_the_stacking_plan_add_up(let):
    totals = plan_of(let).json["totals"]

    assert (totals["spaces"], totals["leasable_sqft"], totals["leased_sqft"]) == (8, 10000, 8500)
    assert (totals["vacant_sqft"], totals["leased_percent"]) == (1500, 85)
    assert {one["bucket"]: (one["spaces"], one["sqft"], one["percent"]) for one in totals["buckets"]} == {
        "<12m": (1, 1500, 15),
        "12–24m": (2, 3000, 30),
        "24–36m": (1, 1000, 10),
        ">36m": (1, 3000, 30),
        "VACANT": (3, 1500, 15),
    }
    # (1,500 × 199 + 2,500 × 365 + 1,000 × 1,096 + 3,000 × 1,097 + 500 × 380 days) ÷ 8,500 ÷ 365.25
    assert totals["walt_years"] == Decimal("1.86")


def test_the_stacking_plan_shows_rent_per_square_foot_and_year(let):
    third = plan_of(let).json["floors"][0]["segments"]

    # 5,000 × 12 ÷ 2,500; 3,000 × 12 ÷ 1,500; 2,083.34 × 12 ÷ 1,000 = 25.00008
    assert [one["rent_psf"] for one in third] == [Decimal("24.00"), Decimal("24.00"), Decimal("25.00")]
    assert third[0]["currency"] == "USD"


def test_a_sold_space_stays_occupied_in_the_stacking_plan(portfolio, world):
    space = portfolio.space("Suite 1")
    portfolio.lease(space, "Buyer", end=None, term_months=None, contract_type="SALE", rent=900000)
    portfolio.long_ago()

    [segment] = plan_of(portfolio).json["floors"][-1]["segments"]

    assert (segment["tenant"], segment["bucket"], segment["expiry"], segment["rent_psf"]) == (
        "Buyer",
        ">36m",
        None,
        None,
    )


def test_the_picture_of_a_stacking_plan_is_svg_without_scripts_or_links(let):
    reply = plan_of(let, headers=SVG)

    assert reply.headers["content-type"] == "image/svg+xml"
    assert reply.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert reply.headers["vary"] == "Accept"
    picture = drawn(let)
    assert {element.tag.removeprefix(TAG) for element in picture.iter()} <= {
        "svg", "title", "defs", "pattern", "rect", "line", "text",
    }  # fmt: skip
    attributes = {name for element in picture.iter() for name in element.attrib}
    assert not {name for name in attributes if name.startswith("on") or "href" in name or name == "style"}


@pytest.mark.parametrize(
    "name", ["</text><script>alert(1)</script>", "A & B \"Sons\" 'Ltd'", "Bell\x07 & \u202eCo", "株式会社"]
)
def test_hostile_tenant_names_are_plain_text_in_the_picture(portfolio, world, name):
    space = portfolio.space("Suite 1", 5000)
    portfolio.lease(space, name)
    portfolio.long_ago()

    picture = drawn(portfolio)

    texts = [element.text for element in picture.iter(f"{TAG}text")]
    assert name.replace("\x07", "\ufffd").replace("\u202e", "\ufffd") in texts
    assert picture.find(f".//{TAG}script") is None


def test_the_segments_of_the_picture_stay_within_their_floor(let):
    picture = drawn(let)
    segments = picture.findall(f"{TAG}svg")

    assert len(segments) == 8
    ends = {}
    for segment in segments:
        assert segment.attrib["overflow"] == "hidden"
        x, width, y = (float(segment.attrib[name]) for name in ("x", "width", "y"))
        assert x >= ends.get(y, 96) - 0.02
        ends[y] = x + width
    assert max(ends.values()) <= 1120.05


@pytest.mark.parametrize(("floors", "spaces"), [(1, 1), (1, 40), (60, 2), (2, 0)])
def test_a_building_of_any_size_has_a_picture(portfolios, world, floors, spaces):
    portfolio = portfolios(floors=floors)
    for floor in range(1, floors + 1):
        for number in range(spaces):
            portfolio.space(f"Suite {floor}{number:02}", 100 + number, floor)
    portfolio.long_ago()

    plan, picture = plan_of(portfolio).json, drawn(portfolio)

    assert len(plan["floors"]) == floors
    assert all(sum(one["width_pct"] for one in floor["segments"]) == (100 if spaces else 0) for floor in plan["floors"])
    assert len(picture.findall(f"{TAG}svg")) == floors * spaces


def test_the_stacking_plan_defaults_to_today_at_the_building(portfolios, world):
    portfolio = portfolios(timezone="Pacific/Kiritimati")
    [row] = world.sql("SELECT app.today('Pacific/Kiritimati') AS today")

    assert plan_of(portfolio, as_of=None).json["as_of"] == row["today"].isoformat()


def test_only_the_owners_side_and_staff_may_read_a_stacking_plan(let, world):
    officer, agent = world.colleague(let.owner, Role.FINANCIAL_OFFICER), world.colleague(let.owner, Role.AGENT)

    assert plan_of(let, as_=officer).json == plan_of(let).json
    assert plan_of(let, as_=world.user(Role.SUPPORT)).status == 200
    assert plan_of(let, as_=agent).status == 403
    assert plan_of(let, as_=world.client()).status == 403
    assert plan_of(let, as_=world.owner()).status == 404
    assert call(show_stacking_plan, as_=let.owner, path={"building_id": other_id()}).status == 404


@pytest.mark.parametrize("as_of", ["2026-02-30", "today", "1899-12-31", "2026-6-1"])
def test_an_invalid_day_of_a_stacking_plan_is_reported_by_name(portfolio, as_of):
    reply = plan_of(portfolio, as_of=as_of)

    assert (reply.status, reply.fields) == (400, ["as_of"])
