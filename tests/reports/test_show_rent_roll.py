"""Every leasable space as of a day: the figures below are calculated by hand."""

import csv
import gzip
import io
import re
from datetime import date, timedelta
from decimal import Decimal
from urllib.parse import parse_qsl

import pytest

from functions.payments.publish_index import publish_index
from functions.reports.show_occupancy import show_occupancy
from functions.reports.show_rent_roll import show_rent_roll
from functions.spaces.create_space import create_space
from functions.spaces.delete_space import delete_space
from functions.spaces.update_space import update_space
from shared.kit.catalog import Role
from shared.reports import queries
from tests.call import call

D = Decimal


def roll_of(portfolio, as_of="2026-06-15", as_=None, headers=None, **query):
    query = {"as_of": as_of} | query if as_of else query
    return call(show_rent_roll, as_=as_ or portfolio.owner, query=query, headers=headers)


def rows_of(portfolio, **asked):
    return {row["space_name"]: row for row in roll_of(portfolio, **asked).json["data"]}


@pytest.fixture
def let(portfolio):
    """Four spaces of 4,000 sqft together, two of them let."""
    suite = portfolio.space("Suite 101", 1500, price=D("6000.00"))
    portfolio.lease(
        suite,
        "Berg Analytics Inc",
        start="2025-02-01",
        end="2028-01-31",
        rent=5000,
        term_months=36,
        escalation={"kind": "COMPOUND", "percent": 3, "every_months": 12},
        deposit_months=2,
    )
    soon = portfolio.space("Suite 102", 500, price=D("1500.00"))
    portfolio.lease(soon, "Lumen Design", start="2026-07-01", end="2027-06-30", rent="1234.56")
    portfolio.space("Suite 201", 1200, 2, price=D("4800.00"))
    portfolio.space("Suite 202", 800, 2, price=None, status="MAINTENANCE")
    portfolio.space("Lobby", 300, 1, is_leasable=False)
    return portfolio.long_ago()


def test_a_row_of_the_rent_roll_describes_a_space_and_its_lease(let):
    row = rows_of(let)["Suite 101"]

    assert row["tenant"] == "Berg Analytics Inc"
    assert (row["status"], row["floor_number"], row["area_sqft"]) == ("OCCUPIED", 1, 1500)
    # 1,500 of 4,000.
    assert row["building_percent"] == D("37.50")
    assert (row["start_date"], row["expiry"], row["months_left"]) == ("2025-02-01", "2028-01-31", 19)
    # One increase of 3 % on 5,000: a month, a year, and by 1,500 sqft; the next one is on 5,150.
    assert (row["monthly_rent"], row["annual_rent"], row["rent_psf"]) == (5150, 61800, D("41.20"))
    assert (row["next_step_date"], row["next_step_rent"]) == ("2027-02-01", D("5304.50"))
    assert (row["currency"], row["asking_rent"], row["asking_currency"]) == ("USD", 6000, "USD")
    assert (row["deposit_held"], row["past_due"]) == (0, 0)


def test_the_rent_roll_lists_every_leasable_space_and_its_areas_add_up(let, world):
    reply = roll_of(let).json
    [building] = world.sql("SELECT leasable_sqft FROM buildings WHERE id = %(id)s", id=let.building)

    assert [(row["space_name"], row["status"]) for row in reply["data"]] == [
        ("Suite 101", "OCCUPIED"),
        ("Suite 102", "LEASED_NOT_COMMENCED"),
        ("Suite 201", "VACANT"),
        ("Suite 202", "OFFLINE"),
    ]
    assert sum(row["area_sqft"] for row in reply["data"]) == building["leasable_sqft"] == 4000
    assert reply["totals"] == {
        "spaces": 4,
        "area_sqft": 4000,
        "leased_sqft": 2000,
        "vacant_sqft": 2000,
        "rents": [
            {
                "currency": "USD",
                "leases": 2,
                "monthly_rent": D("6384.56"),  # 5,150 + 1,234.56
                "annual_rent": D("76614.72"),  # 61,800 + 14,814.72
                "deposit_held": 0,
                "past_due": 0,
                "current": 0,
                "unapplied_credit": 0,
                "prepaid": 0,
                "ledger_balance": 0,
                "ties": True,
            }
        ],
    }


def test_a_vacant_space_in_the_rent_roll_has_an_asking_rent_and_no_lease(let):
    row = rows_of(let)["Suite 201"]

    assert {name for name, value in row.items() if value is None} == {
        "tenant", "contract_id", "start_date", "expiry", "current_term_end", "months_left", "monthly_rent",
        "annual_rent", "rent_psf",
        "next_step_date", "next_step_rent", "deposit_held", "past_due", "current", "unapplied_credit", "prepaid",
        "ledger_balance", "is_rent_free", "space_external_id", "contract_external_id",
    }  # fmt: skip
    assert row["asking_rent"] == 4800


@pytest.mark.parametrize(
    ("as_of", "status", "monthly", "step"),
    [
        ("2025-01-31", "LEASED_NOT_COMMENCED", 5000, "2026-02-01"),
        ("2025-02-01", "OCCUPIED", 5000, "2026-02-01"),
        ("2026-01-31", "OCCUPIED", 5000, "2026-02-01"),
        ("2026-02-01", "OCCUPIED", 5150, "2027-02-01"),
        # Two increases: 5,000 × 1.0609. No other follows.
        ("2028-01-31", "OCCUPIED", D("5304.50"), None),
        ("2028-02-01", "VACANT", None, None),
    ],
)
def test_the_rent_roll_is_available_for_any_past_or_future_day(let, as_of, status, monthly, step):
    row = rows_of(let, as_of=as_of)["Suite 101"]

    assert (row["status"], row["monthly_rent"], row["next_step_date"]) == (status, monthly, step)


def test_a_following_lease_does_not_hide_the_current_one_in_the_rent_roll(portfolio):
    space = portfolio.space("Suite 1")
    portfolio.lease(space, "First", start="2026-01-01", end="2026-06-30")
    portfolio.lease(space, "Second", start="2026-07-01", end="2027-06-30")
    portfolio.long_ago()

    assert [rows_of(portfolio, as_of=day)["Suite 1"]["tenant"] for day in ("2026-06-30", "2026-07-01")] == [
        "First",
        "Second",
    ]


def test_the_rent_roll_never_adds_amounts_of_two_currencies(portfolio):
    portfolio.lease(portfolio.space("Suite 1", currency="USD"), rent=1000)
    portfolio.lease(portfolio.space("Suite 2", currency="JPY"), rent=100001, currency="JPY")
    portfolio.lease(portfolio.space("Suite 3", currency="EUR"), rent=2000, currency="USD")
    portfolio.long_ago()

    reply = roll_of(portfolio).json

    assert [(one["currency"], one["leases"], one["monthly_rent"]) for one in reply["totals"]["rents"]] == [
        ("JPY", 1, 100001),
        ("USD", 2, 3000),
    ]
    assert [(row["currency"], row["asking_currency"]) for row in reply["data"]] == [
        ("USD", "USD"),
        ("JPY", "JPY"),
        ("USD", "EUR"),
    ]


def test_the_rent_roll_shows_yen_without_decimals(portfolio):
    terms = {"currency": "JPY", "term_months": 36, "escalation": {"kind": "COMPOUND", "percent": 2.5}}
    space = portfolio.space("Suite 1", currency="JPY")
    portfolio.lease(space, start="2025-01-01", end="2027-12-31", rent=100001, **terms)
    portfolio.long_ago()

    row = rows_of(portfolio)["Suite 1"]

    # 100,001 × 1.025 = 102,501.025, × 12 = 1,230,012.3, ÷ 1,000 sqft.
    assert (row["monthly_rent"], row["annual_rent"], row["rent_psf"]) == (102501, 1230012, D("1230.01"))


# --- money --------------------------------------------------------------------------------------


def test_the_rent_roll_shows_deposits_and_arrears_as_of_the_day(portfolio, world):
    contract = portfolio.lease(portfolio.space("Suite 1"), rent=5000, deposit_months=1)
    paid = {"status": "PAID", "paid_amount": 5000}
    deposit = portfolio.payment(contract, "2026-01-01", 5000, "DEPOSIT", **paid, paid_date="2026-01-05")
    portfolio.money(deposit, "2026-01-05", 5000)
    february = portfolio.payment(contract, "2026-02-01", 5000, **paid, paid_date="2026-03-20")
    portfolio.money(february, "2026-02-10", 2000)
    portfolio.money(february, "2026-03-20", 3000)
    march = portfolio.payment(contract, "2026-03-01", 5000, status="OVERDUE")
    bounced = portfolio.money(march, "2026-03-02", 5000)
    portfolio.money(march, "2026-03-09", 5000, "REVERSAL", reverses=bounced)
    portfolio.long_ago()

    def on(day):
        row = rows_of(portfolio, as_of=day)["Suite 1"]
        return row["deposit_held"], row["past_due"]

    assert on("2026-01-04") == (0, 5000)  # the deposit itself is late
    assert on("2026-01-05") == (5000, 0)
    assert on("2026-02-01") == (5000, 0)  # due today is not past due
    assert on("2026-02-02") == (5000, 5000)
    assert on("2026-02-10") == (5000, 3000)
    assert on("2026-03-01") == (5000, 3000)
    assert on("2026-03-02") == (5000, 3000)  # March is paid on the day after it was due
    assert on("2026-03-09") == (5000, 8000)  # and taken back a week later
    assert on("2026-03-20") == (5000, 5000)
    assert on("2027-01-01") == (None, None)  # the lease has ended: nobody is there


def test_a_renewals_row_includes_deposit_and_arrears_of_the_leases_it_renews(portfolio):
    space = portfolio.space("Suite 1")
    first = portfolio.lease(space, start="2024-01-01", end="2024-12-31", status="EXPIRED", deposit_months=1)
    paid = {"status": "PAID", "paid_amount": 5000, "paid_date": "2024-01-05"}
    portfolio.money(portfolio.payment(first, "2024-01-01", 5000, "DEPOSIT", **paid), "2024-01-05", 5000)
    portfolio.payment(first, "2024-12-01", 4000, status="OVERDUE")
    second = portfolio.lease(
        space, start="2025-01-01", end="2025-12-31", status="EXPIRED", renews_contract_id=first, version=2
    )
    portfolio.payment(second, "2025-12-01", 300, status="OVERDUE")
    third = portfolio.lease(space, renews_contract_id=second, version=3)
    portfolio.payment(third, "2026-06-01", 20, status="OVERDUE")
    portfolio.long_ago()

    row = rows_of(portfolio)["Suite 1"]

    assert (row["contract_id"], row["deposit_held"], row["past_due"]) == (str(third), 5000, 4320)


def test_the_rent_roll_shows_a_deposit_until_it_is_applied_or_returned(portfolio):
    contract = portfolio.lease(portfolio.space("Suite 1"), rent=5000, deposit_months=1)
    paid = {"status": "PAID", "paid_amount": 5000, "paid_date": "2026-01-05"}
    deposit = portfolio.payment(contract, "2026-01-01", 5000, "DEPOSIT", **paid)
    portfolio.money(deposit, "2026-01-05", 5000)
    portfolio.money(deposit, "2026-06-01", 1200, "DEPOSIT_APPLIED")
    portfolio.money(deposit, "2026-07-01", 3800, "DEPOSIT_RETURNED")
    portfolio.long_ago()

    held = [
        rows_of(portfolio, as_of=day)["Suite 1"]["deposit_held"]
        for day in ("2026-05-31", "2026-06-01", "2026-07-01", "2026-12-31")
    ]

    assert held == [5000, 3800, 0, 0]


def test_the_next_step_of_an_indexed_rent_is_shown_once_its_value_is_published(portfolio, world):
    clause = {"name": "CPI", "base_value": 100, "factor": 1, "mode": "BASE", "upward_only": False}
    terms = {"escalation": {"kind": "INDEX", "every_months": 12, "index": clause}, "term_months": 36}
    portfolio.lease(portfolio.space("Suite 1"), start="2025-01-01", end="2027-12-31", rent=1000, **terms)
    for day, value in (("2025-12-01", "104.5"), ("2026-12-01", "110")):
        world.sql(
            """INSERT INTO index_values (id, organization_id, name, day, version, value, created_at)
               VALUES (gen_random_uuid(), %(org)s, 'CPI', %(day)s::date, 1, %(value)s, %(day)s::date)""",
            org=portfolio.owner.organization_id,
            day=day,
            value=value,
        )
    portfolio.long_ago()

    def on(day):
        row = rows_of(portfolio, as_of=day)["Suite 1"]
        return row["monthly_rent"], row["next_step_date"], row["next_step_rent"]

    assert on("2025-06-15") == (1000, None, None)
    assert on("2025-12-15") == (1000, "2026-01-01", 1045)
    assert on("2026-06-15") == (1045, None, None)
    assert on("2027-06-15") == (1100, None, None)


def test_a_rent_roll_of_a_past_day_knows_no_index_value_that_was_published_later(portfolio, world):
    clause = {"name": "CPI", "base_value": 100, "factor": 1, "mode": "BASE", "upward_only": False}
    terms = {"escalation": {"kind": "INDEX", "every_months": 12, "index": clause}, "term_months": 36}
    [row] = world.sql("SELECT app.today('UTC') AS today")
    today = row["today"]
    start = today.replace(year=today.year - 1, day=1)
    portfolio.lease(portfolio.space("Suite 1"), start=str(start), end=f"{start.year + 2}-12-31", rent=1000, **terms)
    portfolio.long_ago()
    with world.clock_moved(30):
        body = {"values": [{"date": str(today.replace(day=1)), "value": 110}]}
        assert call(publish_index, as_=portfolio.owner, path={"name": "CPI"}, body=body).status == 200

    def rent_on(day):
        with world.clock_moved(40):
            return rows_of(portfolio, as_of=day)["Suite 1"]["monthly_rent"]

    assert rent_on(today + timedelta(days=29)) == 1000
    assert rent_on(today + timedelta(days=30)) == 1100


def test_a_rent_roll_of_a_past_day_knows_no_space_that_was_entered_later(portfolio, world):
    [row] = world.sql("SELECT app.today('UTC') AS today")
    floor = world.floor(portfolio.building, 1)
    body = {"floor_id": floor, "name": "Suite 9", "gross_sqft": 900, "usable_sqft": 900, "usage_type": "OFFICE"}
    with world.clock_moved(30):
        assert call(create_space, as_=portfolio.owner, body=body).status == 201

    with world.clock_moved(40):
        assert rows_of(portfolio, as_of=row["today"] + timedelta(days=29)) == {}
        assert set(rows_of(portfolio, as_of=row["today"] + timedelta(days=30))) == {"Suite 9"}


# --- history ------------------------------------------------------------------------------------


@pytest.fixture
def changed(world, portfolios):
    """A space whose owner changes it tomorrow, the day after, and on the third day."""
    portfolio = portfolios()
    space = portfolio.space("Suite 1", 1000, price=D("5000.00"))
    portfolio.space("Suite 2", 3000)
    [row] = world.sql("SELECT app.today('UTC') AS today")
    today = row["today"]
    path = {"space_id": space}
    with world.clock_moved(1):
        change = {"name": "Corner Suite", "gross_sqft": 1500, "base_price_monthly": 7000, "currency": "EUR"}
        assert call(update_space, as_=portfolio.owner, path=path, body=change).status == 200
    with world.clock_moved(2):
        change = {"availability_status": "MAINTENANCE", "base_price_monthly": None}
        assert call(update_space, as_=portfolio.owner, path=path, body=change).status == 200
    with world.clock_moved(3):
        assert call(update_space, as_=portfolio.owner, path=path, body={"is_leasable": False}).status == 200
    return portfolio, today


def test_a_rent_roll_of_a_past_day_ignores_later_changes(changed, world):
    portfolio, today = changed

    def on(days):
        with world.clock_moved(10):
            reply = roll_of(portfolio, as_of=today + timedelta(days=days)).json
        return [
            (row["space_name"], row["area_sqft"], row["building_percent"], row["asking_rent"], row["status"])
            for row in reply["data"]
        ]

    other = ("Suite 2", 3000)
    assert on(0) == [("Suite 1", 1000, 25, 5000, "VACANT"), (*other, 75, 5000, "VACANT")]
    assert on(1) == [("Corner Suite", 1500, D("33.33"), 7000, "VACANT"), (*other, D("66.67"), 5000, "VACANT")]
    assert on(2) == [("Corner Suite", 1500, D("33.33"), None, "OFFLINE"), (*other, D("66.67"), 5000, "VACANT")]
    assert on(3) == on(20) == [(*other, 100, 5000, "VACANT")]


def test_a_rent_roll_of_a_past_day_lists_spaces_that_existed_then(portfolio, world):
    space = portfolio.space("Suite 1")
    today = world.sql("SELECT app.today('UTC') AS today")[0]["today"]
    with world.clock_moved(5):
        assert call(delete_space, as_=portfolio.owner, path={"space_id": space}).status == 204

    with world.clock_moved(9):
        days = {day: len(rows_of(portfolio, as_of=today + timedelta(days=day))) for day in (-1, 0, 4, 5, 9)}

    assert days == {-1: 0, 0: 1, 4: 1, 5: 0, 9: 0}


def test_a_rent_roll_from_before_a_termination_shows_the_original_expiry(portfolio, world):
    start = date(2026, 1, 1)
    contract = portfolio.lease(portfolio.space("Suite 1"), start=start.isoformat(), end="2030-12-31", term_months=60)
    today = world.sql("SELECT app.today('UTC') AS today")[0]["today"]
    with world.clock_moved(3):
        world.sql("UPDATE contracts SET end_date = %(end)s WHERE id = %(id)s", end=today + timedelta(30), id=contract)

    with world.clock_moved(40):
        found = {day: rows_of(portfolio, as_of=today + timedelta(days=day))["Suite 1"] for day in (2, 3, 31)}
    ends = {day: row["expiry"] for day, row in found.items()}

    assert ends == {2: "2030-12-31", 3: (today + timedelta(days=30)).isoformat(), 31: None}


def test_a_lease_is_in_the_rent_roll_from_the_day_of_its_execution(portfolio):
    portfolio.lease(portfolio.space("Suite 1"), start="2026-03-01", activated_at="2026-02-10T23:30:00Z")
    portfolio.long_ago()

    assert [rows_of(portfolio, as_of=day)["Suite 1"]["status"] for day in ("2026-02-09", "2026-02-10")] == [
        "VACANT",
        "LEASED_NOT_COMMENCED",
    ]


# --- who, what, how -----------------------------------------------------------------------------


def test_owners_see_their_own_rent_roll_and_staff_see_all(let, portfolios, world):
    other = portfolios()
    other.lease(other.space("Suite 9"), "Somebody else")
    other.long_ago()
    before = roll_of(let).body
    officer = world.colleague(let.owner, Role.FINANCIAL_OFFICER)

    assert roll_of(let, as_=officer).body == before
    assert [row["space_name"] for row in roll_of(other).json["data"]] == ["Suite 9"]
    for role in (Role.SUPPORT, Role.SUPER_ADMIN):
        assert (
            roll_of(let, as_=world.user(role), building_id=other.building).json["data"][0]["tenant"] == "Somebody else"
        )
    for role in (Role.AGENT, Role.CLIENT, Role.BROKER, Role.CONTRACTOR):
        assert roll_of(let, as_=world.colleague(let.owner, role)).status == 403
    # A tenant's own officer owns nothing.
    assert roll_of(let, as_=world.user(Role.FINANCIAL_OFFICER)).json["data"] == []


def test_row_level_security_alone_hides_other_owners_leases_in_a_rent_roll(let, world, monkeypatch):
    monkeypatch.setattr(queries, "scope_of", lambda caller, building, as_of: queries.Scope(None, let.building, as_of))

    found = roll_of(let, as_=world.owner()).json["data"]

    assert {row["space_name"] for row in found} == {"Suite 101", "Suite 102", "Suite 201", "Suite 202"}
    assert {row["tenant"] for row in found} == {None}


def test_a_rent_roll_can_be_limited_to_one_building(let, world):
    second = world.building(let.owner)
    world.space(let.owner, building=second, name="Elsewhere")
    world.sql("UPDATE spaces SET created_at = '2020-01-01' WHERE building_id = %(id)s", id=second)

    assert len(roll_of(let).json["data"]) == 5
    assert [row["space_name"] for row in roll_of(let, building_id=second).json["data"]] == ["Elsewhere"]


@pytest.mark.parametrize("query", [{"as_of": "soon"}, {"building_id": "7"}, {"floor": "1"}])
def test_an_invalid_parameter_of_a_rent_roll_is_reported_by_name(portfolio, query):
    reply = call(show_rent_roll, as_=portfolio.owner, query=query)

    assert (reply.status, reply.fields) == (400, list(query))


CSV = {"accept": "text/csv"}


def table_of(reply):
    return list(csv.DictReader(io.StringIO(reply.body.decode())))


def test_the_rent_roll_as_csv_has_the_same_values(let):
    reply = roll_of(let, headers=CSV)

    assert reply.headers["content-type"] == "text/csv; charset=utf-8"
    assert reply.headers["content-disposition"] == 'attachment; filename="rent-roll-2026-06-15.csv"'
    rows = table_of(reply)
    told = roll_of(let).json["data"]
    assert [list(row) for row in rows] == [list(row) for row in told]
    assert [{name: "" if value is None else str(value) for name, value in row.items()} for row in told] == rows


@pytest.mark.parametrize(
    "name",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "＝1",
        '=HYPERLINK("http://x","y")',
        " =1",
        "\u00a0=1",
        "\u3000@SUM(A1)",
        "\u200b=1",
        "\u00ad+1",
        "\u2066-1",
        " \ufeff \t=1",
    ],
)
def test_no_cell_of_a_csv_report_is_a_formula(portfolio, name):
    space = portfolio.space(name)
    portfolio.lease(space, name)
    portfolio.long_ago()

    [row] = table_of(roll_of(portfolio, headers=CSV))

    assert (row["space_name"], row["tenant"]) == (f"'{name}", f"'{name}")
    assert row["monthly_rent"] == "5000.00"


def test_a_report_is_json_unless_csv_is_preferred(let):
    for accept in ("*/*", "application/json", "text/csv;q=0.5, application/json", "image/png", "text/csv;q=x"):
        assert roll_of(let, headers={"accept": accept}).headers["content-type"] == "application/json", accept
    for accept in ("text/*", "text/csv, */*;q=0.1", "application/json;q=0.5, TEXT/CSV"):
        assert roll_of(let, headers={"accept": accept}).headers["content-type"].startswith("text/csv"), accept


@pytest.mark.parametrize("headers", [{}, CSV])
def test_a_large_report_is_compressed_for_clients_that_accept_it(portfolio, headers, monkeypatch):
    monkeypatch.setattr("shared.reports.answer._LARGE", 2)
    portfolio.space("Suite 1")
    portfolio.space("Suite 2")
    plain = roll_of(portfolio, as_of=None, headers=headers)

    packed = roll_of(portfolio, as_of=None, headers=headers | {"accept-encoding": "br, gzip"})

    assert "content-encoding" not in plain.headers
    assert (packed.headers["content-encoding"], packed.headers["vary"]) == ("gzip", "Accept, Accept-Encoding")
    assert gzip.decompress(packed.body) == plain.body


def test_a_report_that_would_be_too_large_asks_for_a_building(portfolio, monkeypatch):
    portfolio.space("Suite 1")
    portfolio.space("Suite 2")
    monkeypatch.setattr("shared.reports.answer.LARGEST", 1)
    many = call(show_occupancy, as_=portfolio.owner)
    monkeypatch.setattr("shared.reports.answer._LARGE", 2)
    monkeypatch.setattr("shared.reports.answer._MOST_BYTES", 100)
    large = roll_of(portfolio, as_of=None)

    assert (many.status, many.fields) == (large.status, large.fields) == (400, ["building_id"])


@pytest.fixture
def pages(portfolio):
    """Five spaces of 1,000 sqft, two of them let at 5,000, and the pages of their rent roll, two rows each."""
    for number in range(1, 6):
        space = portfolio.space(f"Suite {number}")
        if number in (2, 5):
            portfolio.lease(space)
    portfolio.long_ago()

    def read(as_of="2026-06-15", between=lambda: None, **asked):
        found, query = [], {"limit": 2}
        while True:
            reply = roll_of(portfolio, as_of, **query, **asked)
            found.append(reply)
            cursor = reply.json["meta"]["cursor"]
            if not cursor:
                return found
            query = {"limit": 2, "cursor": cursor}
            between()

    return portfolio, read


def names_of(replies):
    return [[row["space_name"] for row in reply.json["data"]] for reply in replies]


def test_a_long_rent_roll_comes_in_pages_whose_totals_are_the_wholes(pages):
    portfolio, read = pages
    whole = roll_of(portfolio).json

    found = read()

    assert names_of(found) == [["Suite 1", "Suite 2"], ["Suite 3", "Suite 4"], ["Suite 5"]]
    assert [row for reply in found for row in reply.json["data"]] == whole["data"]
    assert {reply.json["totals"]["area_sqft"] for reply in found} == {5000}
    assert all(reply.json["totals"] == whole["totals"] for reply in found)
    assert whole["totals"]["rents"][0]["monthly_rent"] == 10000
    assert [reply.json["meta"]["has_more"] for reply in found] == [True, True, False]


def test_every_page_of_a_rent_roll_is_of_the_first_pages_day(pages, world):
    portfolio, read = pages
    with world.clock_moved(1):
        tomorrow = roll_of(portfolio, as_of=None).json["as_of"]
    first = roll_of(portfolio, as_of=None, limit=2).json

    with world.clock_moved(1):
        second = roll_of(portfolio, as_of=None, limit=2, cursor=first["meta"]["cursor"]).json

    assert first["as_of"] == second["as_of"] != tomorrow


def test_a_space_that_is_deleted_between_two_pages_hides_no_other(pages, world):
    portfolio, read = pages
    [last] = world.sql("SELECT id FROM spaces WHERE building_id = %(id)s AND name = 'Suite 4'", id=portfolio.building)
    first = roll_of(portfolio, as_of=None, limit=4).json
    assert call(delete_space, as_=portfolio.owner, path={"space_id": last["id"]}).status == 204

    rest = roll_of(portfolio, as_of=None, limit=4, cursor=first["meta"]["cursor"]).json

    assert [row["space_name"] for row in rest["data"]] in (["Suite 5"], [])
    assert rest["totals"]["spaces"] == 4


def test_a_page_of_a_rent_roll_as_csv_links_to_the_next_one(pages):
    portfolio, _ = pages
    reply = roll_of(portfolio, headers=CSV, limit=3)
    link = re.fullmatch(r'<\?(.*)>; rel="next"', reply.headers["link"])

    last = call(show_rent_roll, as_=portfolio.owner, query=dict(parse_qsl(link[1])), headers=CSV)

    assert [len(table_of(one)) for one in (reply, last)] == [3, 2]
    assert "link" not in last.headers


def test_a_page_of_a_rent_roll_that_is_not_compressed_is_shorter(pages, monkeypatch):
    monkeypatch.setattr("functions.reports.show_rent_roll.PLAIN_PAGE", 3)
    portfolio, _ = pages

    plain, packed = roll_of(portfolio), roll_of(portfolio, headers={"accept-encoding": "gzip"})

    assert [len(one.json["data"]) for one in (plain, packed)] == [3, 5]


def test_a_cursor_of_another_rent_roll_is_refused(pages):
    portfolio, _ = pages
    cursor = roll_of(portfolio, limit=2).json["meta"]["cursor"]

    other = roll_of(portfolio, as_of="2026-06-16", limit=2, cursor=cursor)

    assert (other.status, other.fields) == (400, ["cursor"])
    assert [roll_of(portfolio, limit=limit).status for limit in (0, 1, 20_000, 20_001)] == [400, 200, 200, 400]


def test_the_rent_roll_shows_what_is_paid_ahead_and_its_totals_tie(portfolio):
    contract = portfolio.lease(portfolio.space("Suite 1"))
    june = portfolio.payment(contract, "2026-06-01", 500, status="OVERDUE")
    portfolio.money(june, "2026-06-03", 200)
    july = portfolio.payment(contract, "2026-07-01", 500, invoiced=False)
    portfolio.invoice(july, "2026-06-21", 1)
    august = portfolio.payment(contract, "2026-08-01", 500, status="PAID", paid_amount=500, paid_date="2026-06-10",
                               invoiced=False)  # fmt: skip
    portfolio.money(august, "2026-06-10", 500)
    portfolio.money(august, "2026-06-11", 70, "CREDIT")
    portfolio.invoice(august, "2026-07-22", 2)
    portfolio.long_ago()
    names = ("past_due", "current", "unapplied_credit", "prepaid", "ledger_balance")

    def on(day):
        reply = roll_of(portfolio, as_of=day).json
        [row], [total] = reply["data"], reply["totals"]["rents"]
        assert [row[name] for name in names] == [total[name] for name in names]
        return [*(row[name] for name in names), total["ties"]]

    assert on("2026-06-02") == [500, 0, 0, 0, 500, True]
    assert on("2026-06-10") == [300, 0, 0, 500, -200, True]
    assert on("2026-06-21") == [300, 500, 70, 500, 230, True]
    assert on("2026-07-22") == [800, 0, 70, 0, 730, True]


def test_of_a_day_ahead_the_rent_roll_knows_no_arrears(portfolio):
    contract = portfolio.lease(portfolio.space("Suite 1"), start="2026-01-01", end="2046-12-31", term_months=252)
    portfolio.payment(contract, "2026-06-01", 500, status="OVERDUE")

    reply = roll_of(portfolio, as_of="2036-06-15").json
    [row], [total] = reply["data"], reply["totals"]["rents"]

    assert (row["monthly_rent"], row["past_due"], row["ledger_balance"]) == (5000, None, None)
    assert (total["monthly_rent"], total["past_due"], total["ties"]) == (5000, None, None)
