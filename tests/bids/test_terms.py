"""Counter-offers and revisions: each is a version of its own, and the bid shows the terms on the table."""

from datetime import date
from decimal import Decimal

import psycopg
import pytest

from tests.bids.negotiation import AMOUNTS, Negotiation


@pytest.fixture
def deal(world, call):
    return Negotiation(world, call)


def terms_of(version):
    names = ("version", "side", "author_id", "amount", "start_date", "term_months", "valid_until", "notes")
    return tuple(version[name] for name in names)


def test_each_round_adds_a_version_with_its_author_that_both_sides_see(deal):
    owner, client = str(deal.owner.id), str(deal.client.id)
    deal.counter(4800, notes="4,800 or nothing", term_months=24)
    deal.counter(Decimal("4750.50"), valid_until="2027-01-15")
    deal.revise(4700, start_date="2027-03-01", notes="Later, then")

    seen = deal.seen(by=deal.client)

    assert deal.seen() == seen
    assert [terms_of(version) for version in seen["versions"]] == [
        (1, "CLIENT", client, 4500, "2027-02-01", 12, None, None),
        (2, "OWNER", owner, 4800, "2027-02-01", 24, None, "4,800 or nothing"),
        (3, "OWNER", owner, Decimal("4750.50"), "2027-02-01", 24, "2027-01-15", None),
        (4, "CLIENT", client, 4700, "2027-03-01", 24, None, "Later, then"),
    ]
    on_the_table = {name: seen[name] for name in ("version", "bid_amount", "counter_offer_amount", "term_months")}
    assert on_the_table == {"version": 4, "bid_amount": 4700, "counter_offer_amount": None, "term_months": 24}
    assert (seen["start_date"], seen["valid_until"], seen["notes"]) == ("2027-03-01", None, "Later, then")


def test_a_version_of_the_terms_cannot_be_changed(world, deal):
    deal.counter()

    for statement in ("UPDATE bid_versions SET amount = 1", "DELETE FROM bid_versions"):
        with pytest.raises(psycopg.errors.RestrictViolation):
            world.sql(f"{statement} WHERE bid_id = %(id)s", id=deal.bid)


def test_a_decision_adds_no_version_of_the_terms(deal):
    deal.counter()
    deal.accept()

    assert [version["version"] for version in deal.seen()["versions"]] == [1, 2]


def test_a_change_of_terms_is_audited_with_before_and_after(world, deal):
    deal.counter(4800, term_months=24, valid_until="2027-01-15", notes="For Ms. Berg only")

    audit = world.audits(deal.bid)[-1]

    names = ("bid_amount", "counter_offer_amount", "term_months", "valid_until", "version")
    assert [audit["before"][name] for name in names] == [Decimal("4500.00"), None, 12, None, 1]
    assert [audit["after"][name] for name in names] == [Decimal("4500.00"), Decimal("4800.00"), 24, "2027-01-15", 2]
    assert "Berg" not in str(audit["after"])


@pytest.mark.parametrize(
    ("terms", "code", "field"),
    [
        ({"start_date": date(2020, 1, 1)}, "START_IN_THE_PAST", "start_date"),
        ({"valid_until": date(2020, 1, 1)}, "EXPIRY_IN_THE_PAST", "valid_until"),
        ({"term_months": 600, "amount": 99_999_999}, "INCONSISTENT_TERMS", None),
    ],
)
@pytest.mark.parametrize("move", ["counter", "revise"])
def test_inconsistent_terms_are_refused_in_a_counter_offer_and_a_revision(deal, move, terms, code, field):
    deal.counter()
    before = deal.row()

    reply = getattr(deal, move)(**terms)

    assert (reply.status, reply.code, reply.fields) == (422, code, [field or AMOUNTS[move]])
    assert deal.row() == before


@pytest.mark.parametrize("months", [0, 601, "12", Decimal("1.5"), True])
def test_a_term_outside_one_month_to_fifty_years_is_refused(deal, months):
    assert deal.counter(term_months=months).fields == ["term_months"]


@pytest.mark.parametrize("day", ["2027-02-30", "tomorrow", 20270201, "2027-02-01T00:00:00Z", "9999-01-01"])
@pytest.mark.parametrize("field", ["start_date", "valid_until"])
def test_an_invalid_start_date_is_refused(deal, field, day):
    assert deal.counter(**{field: day}).fields == [field]


@pytest.mark.parametrize("amount", ["0", "-1", "0.001", "1e2", '"5"', "NaN", "true", "null", "1000000000000"])
@pytest.mark.parametrize(("move", "field"), AMOUNTS.items())
def test_an_invalid_amount_of_an_answer_is_refused(deal, move, field, amount):
    assert deal.ask(move, f'{{"{field}": {amount}}}').status == 400
    assert deal.row()["version"] == 1


@pytest.mark.parametrize(("move", "field"), AMOUNTS.items())
def test_a_counter_offer_or_revision_without_an_amount_is_refused(deal, move, field):
    assert deal.ask(move, {}).fields == [field]


def test_cents_are_refused_in_an_answer_in_a_currency_without_cents(world, call):
    deal = Negotiation(world, call, currency="JPY", offer={"bid_amount": 450000})

    assert deal.counter(Decimal("480000.50")).fields == ["counter_offer_amount"]
    assert deal.counter(480000).status == 200
    assert deal.revise(Decimal("460000.50")).fields == ["bid_amount"]
    assert deal.revise(460000).status == 200


def test_a_backup_bid_can_be_negotiated_while_another_bid_holds_the_space(world, call, deal):
    backup = Negotiation(world, call, owner=deal.owner, space=deal.space)
    deal.approve()

    assert backup.counter(5200).status == 200
    assert backup.accept().code == "SPACE_NOT_AVAILABLE"
    assert backup.revise(5100).status == 200
    assert backup.approve().code == "SPACE_NOT_AVAILABLE"
