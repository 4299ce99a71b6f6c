"""Months are closed and opened; what belongs in a closed one is posted on the first day of the first open one."""

from datetime import date
from threading import Event

import psycopg
import pytest

from functions.journal.list_periods import list_periods
from functions.payments.issue_invoices import issue_invoices
from shared.kit.catalog import Role
from tests.call import together
from tests.journal.books import balances, journal, put
from tests.payments.lease import credit, invoices
from tests.payments.test_refund_credit import refund
from tests.payments.test_reverse_payment import ledger, reverse
from tests.payments.test_write_off_payment import expect, write_off

WAITING = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"


@pytest.fixture
def lease(calendar):
    """5,000 a month from February on; it is 10 March, February and March are invoiced, nothing is paid."""
    calendar.set("2027-01-25T08:00:00Z")
    lease = calendar.lease(start=date(2027, 2, 1), months=6)
    for day in ("2027-01-25", "2027-02-20", "2027-03-10"):
        calendar.set(f"{day}T08:00:00Z")
        calendar.run(issue_invoices)
    return lease


def periods(lease, user=None):
    reply = lease.call(list_periods, as_=user or lease.owner)
    assert reply.status == 200
    return reply.json


def posted(lease):
    return [(line["type"], line["date"], line["posted_on"]) for line in ledger(lease)["data"]]


def test_a_month_is_closed_with_all_before_it_and_opened_with_all_after_it(lease):
    reply = put(lease, "2027-02")

    assert (reply.status, reply.json["status"], reply.json["posts_on"]) == (200, "CLOSED", "2027-03-01")
    told = periods(lease)
    assert [(one["period"], one["status"]) for one in told["data"]] == [
        ("2027-03", "OPEN"),
        ("2027-02", "CLOSED"),
        ("2027-01", "CLOSED"),
    ]
    assert (told["meta"]["open_from"], told["meta"]["changed_by"]) == ("2027-03-01", str(lease.owner.id))

    # A month that is closed already stays closed, and so do those after it.
    assert put(lease, "2027-01").json["posts_on"] == "2027-03-01"

    reply = put(lease, "2027-01", "OPEN")

    assert (reply.json["status"], reply.json["posts_on"]) == ("OPEN", None)
    assert {one["status"] for one in periods(lease)["data"]} == {"OPEN"}
    assert put(lease, "2027-03", "OPEN").status == 200
    assert periods(lease)["meta"]["open_from"] == "2027-01-01"


def test_closing_and_opening_are_audited_once(lease):
    put(lease, "2027-02")
    put(lease, "2027-02")
    put(lease, "2027-02", "OPEN")

    rows = lease.world.sql(
        "SELECT action, before, after, user_id FROM audit_logs WHERE resource_type = 'period' AND user_id = %(id)s",
        id=lease.owner.id,
    )
    told = [(row["action"], row["before"]["status"], row["after"]["status"], row["after"]["period"]) for row in rows]
    assert told == [
        ("period.closed", "OPEN", "CLOSED", "2027-02"),
        ("period.opened", "CLOSED", "OPEN", "2027-02"),
    ]


def test_a_month_that_is_not_over_at_every_building_is_not_closed(calendar, lease):
    reply = put(lease, "2027-03")
    assert (reply.status, reply.code) == (409, "PERIOD_NOT_OVER")
    assert "ends on 2027-03-31; today is 2027-03-10" in str(reply.json)
    assert put(lease, "2028-01").code == "PERIOD_NOT_OVER"

    # 1 April has begun in UTC, and not yet in Honolulu.
    lease.world.building(lease.owner, timezone="Pacific/Honolulu")
    calendar.set("2027-04-01T08:00:00Z")
    assert put(lease, "2027-03").code == "PERIOD_NOT_OVER"
    calendar.set("2027-04-01T10:00:00Z")
    assert put(lease, "2027-03").status == 200


@pytest.mark.parametrize("period", ["2027-13", "2027-00", "2027-2", "1899-12", "2027-02-01", "x"])
def test_what_is_not_a_month_is_refused(lease, period):
    reply = put(lease, period)
    assert (reply.status, reply.fields) == (400, ["period"])


def test_who_may_close_a_month(lease):
    assert put(lease, "2027-02", user=lease.client).status == 403
    assert put(lease, "2027-02", user=lease.world.colleague(lease.owner, Role.AGENT)).status == 403
    # Theirs, not ours.
    assert put(lease, "2027-02", user=lease.world.owner()).status == 200
    assert put(lease, "2027-02", user=lease.world.colleague(lease.client, Role.FINANCIAL_OFFICER)).status == 200
    assert periods(lease)["meta"]["open_from"] is None
    assert put(lease, "2027-02", user=lease.world.colleague(lease.owner, Role.FINANCIAL_OFFICER)).status == 200
    assert periods(lease)["meta"]["open_from"] == "2027-03-01"


def test_what_belongs_in_a_closed_month_is_posted_into_the_first_open_one(calendar, lease):
    first, second = lease.payments()[:2]
    lease.pay(first, paid_date="2027-02-15")
    put(lease, "2027-02")
    before = journal(lease, to="2027-02-28")

    # A credit note, a write-off, money that came in the closed month, a refund, and a reversal of what it holds.
    calendar.set("2027-03-11T08:00:00Z")
    credit(lease, invoices(lease)[0], amount=1000)
    write_off(lease, second, amount=500)
    expect(lease, second)
    lease.pay(second, paid_date="2027-02-21", amount=25000, allow_credit=True)
    refund(lease, 1000, paid_date="2027-02-22")
    reverse(lease, first)

    assert journal(lease, to="2027-02-28") == before
    new = [line for line in posted(lease) if line[0] not in ("INVOICE",)][1:]
    assert {day for _, _, day in new} <= {"2027-03-01", "2027-03-11"}
    by_kind = {(kind, day): on for kind, day, on in new}
    assert by_kind["PAYMENT", "2027-02-21"] == by_kind["REFUND", "2027-02-22"] == "2027-03-01"
    assert by_kind["CREDIT", "2027-02-21"] == "2027-03-01"
    assert by_kind["REVERSAL", "2027-03-11"] == by_kind["CREDIT_NOTE", "2027-03-11"] == "2027-03-11"
    assert by_kind["WRITE_OFF", "2027-03-11"] == "2027-03-11"


def test_an_open_month_takes_money_on_its_own_day(lease):
    put(lease, "2027-01")
    lease.pay(lease.payments()[0], paid_date="2027-02-03")
    assert ("PAYMENT", "2027-02-03", "2027-02-03") in posted(lease)


def test_an_opened_month_takes_postings_again(lease):
    put(lease, "2027-02")
    put(lease, "2027-02", "OPEN")
    lease.pay(lease.payments()[0], paid_date="2027-02-03")
    assert ("PAYMENT", "2027-02-03", "2027-02-03") in posted(lease)


def test_money_that_is_recorded_while_its_month_is_closed_comes_before_or_after(calendar, lease, rounds):
    for _ in range(rounds):
        put(lease, "2027-02", "OPEN")
        payment = lease.payments()[0]

        paid, closed = together([lambda p=payment: lease.pay(p, paid_date="2027-02-15"), lambda: put(lease, "2027-02")])

        assert (paid.status, closed.status) == (200, 200)
        [line] = [line for line in ledger(lease)["data"] if line["type"] == "PAYMENT"][-1:]
        assert line["posted_on"] in ("2027-02-15", "2027-03-01")
        # What a closed month showed is what it shows for ever.
        shown = balances(journal(lease, to="2027-02-28"))
        reverse(lease, payment)
        assert balances(journal(lease, to="2027-02-28")) == shown


def test_whoever_closes_a_month_waits_for_what_is_being_posted(lease):
    """Money that is on its way into the month holds up its closing until it is in."""
    is_on_its_way, seen = Event(), []

    def post():
        with psycopg.connect(lease.world.database_url) as posting:
            posting.execute(
                """INSERT INTO payment_transactions (id, contract_id, owner_organization_id, client_organization_id,
                                                     kind, amount, paid_date)
                   SELECT gen_random_uuid(), c.id, c.owner_organization_id, c.client_organization_id, 'TRANSFER_IN', 1,
                          '2027-02-15' FROM contracts c WHERE c.id = %s""",
                (lease.contract,),
            )
            is_on_its_way.set()
            while not seen:
                seen.extend(posting.execute(WAITING).fetchall())
            posting.rollback()

    def close():
        is_on_its_way.wait()
        return put(lease, "2027-02")

    _, closed = together([post, close])
    assert (closed.status, closed.json["status"]) == (200, "CLOSED")
