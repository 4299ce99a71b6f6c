"""A lease that ends before its time: what is cancelled, what is credited, and what becomes of its space and deposit."""

from datetime import date
from decimal import Decimal
from itertools import count

import pytest

from functions.contracts.get_schedule import get_schedule
from functions.notifications.compose_mail import compose_mail
from functions.notifications.notify_people import notify_people
from functions.payments.apply_deposit import apply_deposit
from functions.payments.issue_invoices import issue_invoices
from functions.payments.list_invoices import list_invoices
from functions.payments.return_deposit import return_deposit
from functions.payments.shorten_schedule import shorten_schedule
from shared.kit.catalog import Role
from tests import invariants
from tests.auth.mailbox import mails_to
from tests.call import together
from tests.payments.lease import books, credit
from tests.payments.test_reverse_payment import reverse


@pytest.fixture
def lease(calendar):
    """In force since 2027-02-01, for a year: 5,000 a month, two of them as deposit."""
    calendar.set("2027-01-05T08:00:00Z")
    lease = calendar.lease(start=date(2027, 2, 1), months=12, deposit_months=2)
    calendar.set("2027-02-01T08:00:00Z")
    calendar.run()
    return lease


def credit_notes(lease):
    query = {"contract_id": lease.contract, "kind": "CREDIT_NOTE", "limit": 100}
    return lease.call(list_invoices, as_=lease.client, query=query).json["data"]


def pay_all(lease, count):
    for payment in [one for one in lease.payments() if one["charge"] == "DEPOSIT"] + [
        one for one in lease.payments() if one["charge"] == "RENT"
    ][:count]:
        assert lease.pay(payment).json["status"] == "PAID"


def test_a_lease_that_ends_early_has_its_later_installments_cancelled_and_its_part_month_credited(calendar, lease):
    pay_all(lease, 4)
    calendar.set("2027-05-25T08:00:00Z")
    calendar.run(issue_invoices)

    reply = lease.terminate("2027-06-16")

    assert (reply.status, reply.json["status"], reply.json["terminates_on"]) == (200, "ACTIVE", "2027-06-16")
    rows = lease.rows()
    assert [row["status"] for row in rows] == ["PAID"] * 4 + ["SCHEDULED"] + ["CANCELLED"] * 7
    # Fifteen of June's thirty days.
    schedule = lease.call(get_schedule, as_=lease.owner, path={"contract_id": lease.contract}).json
    assert lease.row()["schedule_total"] == schedule["meta"]["schedule_total"] == 4 * 5000 + 2500
    assert (rows[4]["amount"], rows[4]["credited_amount"]) == (5000, 2500)
    [note] = credit_notes(lease)
    assert (note["total_amount"], note["reason"]) == (2500, "Moving out")
    assert lease.ledger()[1] == 2500
    assert lease.pay({"id": rows[4]["id"]}).json["status"] == "PAID"
    assert lease.ledger()[1] == 0


def test_credit_is_left_when_a_lease_ends_early_after_its_rent_was_paid_ahead(calendar, lease):
    pay_all(lease, 7)
    calendar.set("2027-06-10T08:00:00Z")
    calendar.run()

    lease.terminate("2027-07-11")

    rows, left = books(lease)
    assert rows[5] == (Decimal("1612.90"), Decimal("3387.10"), "PAID")
    assert rows[6] == (0, 5000, "CANCELLED")
    assert left == Decimal("8387.10")
    assert [note["total_amount"] for note in credit_notes(lease)] == [5000, Decimal("3387.10")]
    assert lease.row()["schedule_total"] == 5 * 5000 + Decimal("1612.90")
    assert lease.ledger()[1] == Decimal("-8387.10")


def test_a_month_not_yet_invoiced_is_invoiced_in_part_when_the_lease_ends_in_it(calendar, lease):
    lease.terminate("2027-09-16")
    assert credit_notes(lease) == []

    calendar.set("2027-08-25T08:00:00Z")
    calendar.run(issue_invoices)

    september = lease.rows()[7]
    [invoice] = lease.world.sql("SELECT * FROM invoices WHERE payment_id = %(id)s", id=september["id"])
    assert (invoice["total_amount"], invoice["lines"][0]["period_end"]) == (2500, "2027-09-15")
    assert lease.pay({"id": september["id"]}).json["status"] == "PAID"


def test_the_space_of_a_lease_that_ends_early_is_available_from_the_effective_date(calendar, lease):
    calendar.set("2027-03-01T08:00:00Z")
    lease.terminate("2027-03-05", user=lease.client)

    for moment, status, space in (
        ("2027-03-04T23:59:59Z", "ACTIVE", "OCCUPIED"),
        ("2027-03-05T00:00:00Z", "TERMINATED", "AVAILABLE"),
    ):
        calendar.set(moment)
        calendar.run()
        calendar.run()
        assert (lease.row()["status"], lease.space_status()) == (status, space)
    assert lease.events().count("contract.terminated") == 1
    assert lease.row()["end_date"] == date(2027, 3, 4)
    calendar.set("2028-03-01T00:00:00Z")
    calendar.run()
    assert "contract.expired" not in lease.events()


def test_a_lease_that_ends_early_ends_at_midnight_of_its_building(calendar):
    calendar.set("2027-01-05T08:00:00Z")
    lease = calendar.lease(start=date(2027, 1, 10), months=12, timezone="Pacific/Kiritimati")
    calendar.set("2027-01-31T09:59:59Z")
    calendar.run()
    assert lease.terminate("2027-01-30").fields == ["effective_date"]
    assert lease.terminate("2027-02-01").status == 200
    calendar.run()
    assert lease.row()["status"] == "ACTIVE"
    calendar.set("2027-01-31T10:00:00Z")
    calendar.run()
    assert lease.row()["status"] == "TERMINATED"


def test_a_lease_terminated_before_its_start_never_begins(calendar):
    calendar.set("2027-01-05T08:00:00Z")
    lease = calendar.lease(start=date(2027, 2, 1), months=12, deposit_months=1)
    assert lease.row()["status"] == "SIGNED"

    lease.terminate("2027-02-01")
    assert {row["status"] for row in lease.rows() + lease.rows("DEPOSIT")} == {"CANCELLED"}
    calendar.set("2027-02-01T08:00:00Z")
    calendar.run()

    assert (lease.row()["status"], lease.space_status()) == ("TERMINATED", "AVAILABLE")
    assert "contract.started" not in lease.events()
    assert lease.ledger() == ([], 0)


@pytest.mark.parametrize(
    ("proration", "kept"),
    [("ACTUAL_MONTH", "2419.35"), ("ACTUAL_365", "2465.75"), ("THIRTY_360", "2500.00")],
)
def test_the_last_part_month_is_prorated_as_the_lease_prorates(calendar, proration, kept):
    calendar.set("2027-01-05T08:00:00Z")
    lease = calendar.lease(start=date(2027, 2, 1), months=3, proration=proration)
    calendar.set("2027-02-20T08:00:00Z")
    lease.pay(lease.payments()[1])

    lease.terminate("2027-03-16")

    row = lease.rows()[1]
    assert row["amount"] - row["credited_amount"] == row["paid_amount"] == Decimal(kept)


def test_tax_is_credited_with_the_rent_of_the_days_after_an_early_end(calendar):
    calendar.set("2027-01-05T08:00:00Z")
    lease = calendar.lease(start=date(2027, 2, 1), months=3, tax_percent=Decimal("8.875"))
    calendar.set("2027-02-20T08:00:00Z")
    lease.pay(lease.payments()[1])

    lease.terminate("2027-03-16")

    row = lease.rows()[1]
    assert (row["credited_amount"], row["credited_tax"]) == (Decimal("2580.65"), Decimal("229.03"))
    assert row["paid_amount"] == Decimal("2419.35") + Decimal("214.72")


def test_the_books_of_leases_that_end_early_balance_whatever_was_paid_before(calendar):
    """Quality 72: PAID + open + CANCELLED = total, and the account is what is open of what was asked for."""
    for number in range(6):
        calendar.set("2027-01-05T08:00:00Z")
        lease = calendar.lease(start=date(2027, 1, 10 + number), months=6, deposit_months=1)
        calendar.set("2027-03-08T08:00:00Z")
        calendar.run()
        payments = [one for one in lease.payments() if one["charge"] == "RENT"]
        for place, amount in zip(range(number, 7), (5000, Decimal("1234.56"), 9000), strict=False):
            lease.pay(payments[place], amount=amount)
        if number % 2:
            reverse(lease, payments[number])

        lease.terminate(date(2027, 3 + number % 3, 9 + number))
        lease.terminate(date(2027, 6, 1))
        calendar.set("2027-07-20T08:00:00Z")
        calendar.run()

        assert lease.unbalanced() == []


def test_both_sides_are_notified_when_a_lease_is_to_end_early(calendar, lease, world, invoke):
    lease.terminate("2027-06-16")
    [set_] = [one for one in lease.world.event_details(lease.contract) if one["name"] == "contract.termination_set"]

    assert invoke(notify_people, set_) == invoke(compose_mail, set_) == []

    notes = lease.world.sql(
        "SELECT user_id, message FROM notifications WHERE title = 'Lease Ends Early' AND event_id = %(id)s",
        id=set_["id"],
    )
    # Who ended it knows.
    assert [note["user_id"] for note in notes] == [lease.client.id]
    assert "16 June 2027 is the first day after it" in notes[0]["message"]
    [mail] = [one for one in mails_to(lease.client.email) if "ends early" in one["subject"]]
    for fact in ("16 June 2027", "Moving out"):
        assert fact in mail["text"]


def test_the_client_is_notified_of_the_credit_note_of_an_early_end(calendar, lease, invoke):
    lease.terminate("2027-02-16")
    rent = lease.rows()[0]
    [credited] = [one for one in lease.world.event_details(rent["id"]) if one["name"] == "payment.credited"]

    assert invoke(notify_people, credited) == invoke(compose_mail, credited) == []

    [mail] = [one for one in mails_to(lease.client.email) if "Credit note" in one["subject"]]
    assert "$2,321.43" in mail["text"]
    [note] = credit_notes(lease)
    assert note["reference"] in mail["subject"]


def test_a_termination_event_that_comes_twice_shortens_the_schedule_once(calendar, lease, invoke):
    lease.terminate("2027-02-16")
    before = (lease.rows(), lease.ledger())
    events = [one for one in lease.world.event_details(lease.contract) if one["name"] == "contract.termination_set"]

    assert invoke(shorten_schedule, *events, *events) == []
    lease.world.sql("DELETE FROM inbox WHERE consumer = 'shorten_schedule'")
    assert invoke(shorten_schedule, *events) == []

    assert (lease.rows(), lease.ledger()) == before


def test_who_may_terminate_a_lease_and_from_which_day(calendar, lease, world):
    assert lease.terminate("2027-06-16", user=lease.world.owner()).status == 404
    assert lease.terminate("2027-06-16", user=lease.world.colleague(lease.owner, Role.AGENT)).status == 403
    assert lease.terminate("2027-06-16", user=lease.world.colleague(lease.owner, Role.FINANCIAL_OFFICER)).status == 403
    for day in ("2027-01-31", "2028-02-01", "2027-06-31"):
        assert lease.terminate(day).fields == ["effective_date"]
    replies = together([lambda: lease.terminate("2027-06-16", cut=False)] * 6)
    assert sorted(reply.status for reply in replies) == [200] + [409] * 5
    assert {reply.code for reply in replies if reply.status == 409} == {"ENDS_ALREADY"}
    calendar.set("2027-06-16T08:00:00Z")
    calendar.run()
    assert lease.terminate("2027-06-20").code == "NOT_IN_FORCE"


def test_a_debt_outlives_its_lease(calendar):
    """Quality 71: rent of 193.55 and a fee of 50.00, open when the lease ended, are both paid the day after."""
    calendar.set("2026-11-20T08:00:00Z")
    policy = {"grace_days": 3, "fee_percent": 5, "min_fee": 50, "annual_interest_percent": 0}
    lease = calendar.lease(start=date(2026, 12, 1), months=12, late_policy=policy, bid_amount=1000)
    calendar.set("2026-12-05T08:00:00Z")
    calendar.run()
    assert lease.terminate("2026-12-07").status == 200
    calendar.set("2026-12-08T08:00:00Z")
    calendar.run()
    assert lease.row()["status"] == "TERMINATED"

    [rent], [fee] = lease.rows()[:1], lease.rows("LATE_FEE")
    assert [row["owed"] - row["paid_amount"] for row in (rent, fee)] == [Decimal("193.55"), 50]
    for row in (rent, fee):
        reply = lease.pay({"id": row["id"]}, paid_date="2026-12-08")
        assert (reply.status, reply.json["status"]) == (200, "PAID")
    assert lease.ledger()[1] == 0
    # A fee has its own due date.
    assert reverse(lease, {"id": fee["id"]}).json["status"] == "SCHEDULED"
    [invoice] = [
        one
        for one in lease.call(
            list_invoices, as_=lease.owner, query={"contract_id": lease.contract, "kind": "INVOICE"}
        ).json["data"]
        if one["payment_id"] == str(fee["id"])
    ]
    assert credit(lease, invoice, reason="Goodwill").status == 201
    assert lease.ledger()[1] == 0
    assert lease.pay({"id": lease.rows()[1]["id"]}).code == "NOT_PAYABLE"


def test_a_deal_that_bound_nobody_takes_no_money(calendar):
    calendar.set("2027-01-05T08:00:00Z")
    lease = calendar.lease(start=date(2027, 2, 1), months=1)
    lease.world.sql("UPDATE contracts SET status = 'TERMINATED' WHERE id = %(id)s", id=lease.contract)

    assert lease.pay(lease.payments()[0]).code == "NOT_PAYABLE"


def settle(lease, operation, user=None, **body):
    said = {
        return_deposit: {"paid_date": "2027-06-20", "payment_method": "bank_transfer"},
        apply_deposit: {"reason": "Rent that did not come"},
    }[operation]
    return lease.call(operation, as_=user or lease.owner, path={"contract_id": lease.contract}, body=said | body)


@pytest.fixture
def ended(calendar, lease):
    """Ended on 2027-06-16, the deposit of 10,000 paid, of the rent May's and half of June's not."""
    pay_all(lease, 3)
    calendar.set("2027-06-01T08:00:00Z")
    calendar.run()
    lease.terminate("2027-06-16")
    calendar.set("2027-06-20T08:00:00Z")
    calendar.run()
    return lease


def test_a_deposit_is_neither_returned_nor_applied_before_the_lease_has_ended(calendar, lease):
    pay_all(lease, 0)
    calendar.set("2027-06-20T08:00:00Z")
    lease.terminate("2027-06-21")

    assert settle(lease, return_deposit).code == settle(lease, apply_deposit).code == "NOT_ENDED_YET"
    assert lease.rows("DEPOSIT")[0]["paid_amount"] == 10000


@pytest.mark.parametrize("paid_date", ["1927-02-04", "2026-01-14"])
def test_a_deposit_is_not_returned_before_it_came(ended, paid_date):
    reply = settle(ended, return_deposit, paid_date=paid_date)

    assert (reply.status, reply.fields) == (400, ["paid_date"])


def test_a_deposit_settles_the_outstanding_balance_and_the_rest_is_returned(ended):
    assert ended.ledger()[1] == 7500
    applied = settle(ended, apply_deposit, amount=6000)
    assert (applied.status, applied.json["held_amount"]) == (200, 4000)
    assert [row["status"] for row in ended.rows()[3:5]] == ["PAID", "OVERDUE"]
    assert ended.ledger()[1] == 1500

    assert settle(ended, apply_deposit).json["applied_amount"] == 7500
    assert ended.rows()[4]["status"] == "PAID"
    assert settle(ended, return_deposit, amount=1000).json["held_amount"] == 1500
    last = settle(ended, return_deposit, transaction_reference="BACK-1")

    assert last.json == {
        "contract_id": str(ended.contract),
        "payment_id": str(ended.rows("DEPOSIT")[0]["id"]),
        "currency": "USD",
        "received_amount": 10000,
        "transferred_amount": 0,
        "applied_amount": 7500,
        "returned_amount": 2500,
        "held_amount": 0,
    }
    assert settle(ended, return_deposit).code == settle(ended, apply_deposit).code == "NOTHING_HELD"
    lines, balance = ended.ledger()
    assert balance == 0
    assert [(kind, amount) for _, kind, amount in lines if kind.startswith("DEPOSIT")] == [
        ("DEPOSIT_APPLIED", -6000),
        ("DEPOSIT_APPLIED", -1500),
        ("DEPOSIT_RETURNED", 0),
        ("DEPOSIT_RETURNED", 0),
    ]
    deposit = ended.rows("DEPOSIT")[0]
    assert ended.world.events(deposit["id"])[-2:] == ["payment.deposit_returned", "payment.deposit_returned"]
    assert ended.unbalanced() == []


def test_a_deposit_that_bounces_after_it_was_applied_and_returned_is_owed(ended):
    settle(ended, apply_deposit)
    settle(ended, return_deposit, amount=1000)
    [deposit] = ended.rows("DEPOSIT")

    reply = reverse(ended, {"id": deposit["id"]})

    # 10,000 came; 7,500 settled rent, 1,000 went back and 1,500 are held no more.
    assert (reply.status, reply.json["paid_amount"], reply.json["status"]) == (200, 8500, "OVERDUE")
    [claim] = ended.rows("RECLAIM")
    assert (claim["owed"], str(claim["due_date"]), claim["status"]) == (8500, "2027-06-20", "SCHEDULED")
    assert (settle(ended, return_deposit).code, ended.ledger()[1]) == ("NOTHING_HELD", 10000)
    assert account(ended, "DEPOSITS_HELD") == account(ended, "TENANT_CREDIT") == 0
    assert ended.pay(claim, paid_date="2027-06-20").json["status"] == "PAID"
    assert ended.ledger()[1] == 1500
    assert (ended.unbalanced(), tied(ended)) == ([], True)


def test_a_deposit_that_bounces_is_owed_as_far_as_credit_does_not_settle_it(ended):
    """What it was used for is claimed, and credit that nothing needs settles the claim."""
    assert ended.pay(ended.rows()[3], amount=10500, allow_credit=True, paid_date="2027-06-20").status == 200
    assert settle(ended, return_deposit).status == 200

    assert reverse(ended, {"id": ended.rows("DEPOSIT")[0]["id"]}).status == 200

    assert [(row["owed"], row["paid_amount"]) for row in ended.rows("RECLAIM")] == [(10000, 3000)]
    assert (ended.ledger()[1], ended.unbalanced(), tied(ended)) == (7000, [], True)


def account(lease, name):
    [row] = lease.world.sql(
        """SELECT coalesce(sum(debit - credit), 0) AS balance FROM journal_lines
           WHERE contract_id = %(id)s AND account = %(account)s""",
        id=lease.contract,
        account=name,
    )
    return row["balance"]


def tied(lease):
    return invariants.untied(lease.world.database_url, [lease.contract]) == {}


def test_a_deposit_settles_nothing_where_nothing_is_open(ended):
    assert settle(ended, apply_deposit).status == 200

    assert settle(ended, apply_deposit).code == settle(ended, apply_deposit, amount=1).code == "NOTHING_OPEN"


def told(refused):
    [detail] = refused.json["error"]["details"]
    return detail["message"]


def test_no_more_of_a_deposit_is_applied_or_returned_than_is_held(ended):
    for act in (return_deposit, apply_deposit):
        above = settle(ended, act, amount=Decimal("10000.01"))
        assert (above.code, told(above)) == ("MORE_THAN_HELD", "is 10000.01; 10000.00 USD is held")
    above = settle(ended, apply_deposit, amount=Decimal("7500.01"))
    assert (above.code, told(above)) == ("MORE_THAN_OPEN", "is 7500.01; 7500.00 USD is open")
    assert settle(ended, return_deposit, paid_date="2027-06-21").fields == ["paid_date"]
    assert settle(ended, return_deposit, user=ended.client).status == 403
    assert settle(ended, return_deposit, user=ended.world.owner()).status == 404
    assert settle(ended, apply_deposit, user=ended.world.owner()).status == 404
    keys = count()
    replies = together([lambda: settle(ended, return_deposit, amount=4000 + next(keys))] * 6)
    assert sorted(reply.status for reply in replies) == [200] * 2 + [409] * 4


def test_a_lease_without_a_deposit_has_nothing_to_apply_or_return(calendar):
    calendar.set("2027-01-05T08:00:00Z")
    lease = calendar.lease(start=date(2027, 2, 1), months=1)
    calendar.set("2027-06-20T08:00:00Z")
    calendar.run()

    assert settle(lease, return_deposit).code == settle(lease, apply_deposit).code == "NOTHING_HELD"
