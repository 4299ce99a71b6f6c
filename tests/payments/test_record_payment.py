from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from pypdf import PdfReader

from functions.contracts.get_ledger import get_ledger
from functions.leasing.activate_contract import activate_contract
from functions.leasing.schedule_payments import schedule_payments
from functions.payments.download_invoice import download_invoice
from functions.payments.download_receipt import download_receipt
from functions.payments.get_payment import get_payment
from functions.payments.list_payments import list_payments
from functions.payments.record_payment import record_payment
from functions.payments.render_documents import render_documents
from shared.kit.catalog import Role
from tests.call import other_id, together
from tests.leasing.deal import Deal
from tests.payments.lease import Lease

PAID = {"paid_date": "2026-01-15", "payment_method": "bank_transfer", "transaction_reference": "TXN123456"}


@pytest.fixture
def deal(world, call):
    """An executed lease of 5,000 a month."""
    deal = Deal(world, call)
    deal.signed().run(schedule_payments, activate_contract)
    return deal


@pytest.fixture
def payment(deal, call):
    return call(list_payments, as_=deal.owner, query={"limit": 1}).json["data"][0]["id"]


@pytest.fixture
def owed(arena, call):
    """Gives an owner and an installment of 5,000 that nobody has paid, however often it is asked."""

    def installments():
        while True:
            deal = Deal(arena, call, months=60)
            deal.signed().run(schedule_payments, activate_contract)
            for payment in call(list_payments, as_=deal.owner, query={"limit": 60}).json["data"]:
                yield deal.owner, payment["id"]

    return installments().__next__


def record(call, user, payment, key=None, **changes):
    body = {name: value for name, value in (PAID | changes).items() if value is not None}
    return call(record_payment, as_=user, path={"payment_id": payment}, body=body, key=key)


def text_of(reply):
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(reply.body)).pages)


def test_a_recorded_payment_is_paid_with_invoice_and_receipt(deal, call, payment):
    reply = record(call, deal.owner, payment)

    assert (reply.status, reply.json["status"], reply.json["paid_date"]) == (200, "PAID", "2026-01-15")
    assert reply.json["invoice_url"] == f"http://127.0.0.1:8000/api/v1/payments/{payment}/invoice"
    assert reply.json["receipt_url"] == f"http://127.0.0.1:8000/api/v1/payments/{payment}/receipt"


def test_invoice_and_receipt_name_parties_charge_and_amount(deal, call, payment, world):
    record(call, deal.owner, payment)

    invoice = call(download_invoice, as_=deal.client, path={"payment_id": payment})
    receipt = call(download_receipt, as_=deal.client, path={"payment_id": payment})

    assert invoice.headers["content-type"] == receipt.headers["content-type"] == "application/pdf"
    for pdf in (invoice, receipt):
        assert "5,000.00" in text_of(pdf)
        assert "Organization" in text_of(pdf)
    assert "TXN123456" in text_of(receipt)


def test_a_queued_document_has_the_same_bytes_as_an_early_download(deal, call, payment, world, invoke):
    record(call, deal.owner, payment)
    early = call(download_receipt, as_=deal.client, path={"payment_id": payment})

    events = [event for event in world.event_details(payment) if event["name"] == "payment.recorded"]
    assert invoke(render_documents, *events, *events) == []

    assert call(download_receipt, as_=deal.client, path={"payment_id": payment}).body == early.body
    stored = world.sql("SELECT kind FROM documents WHERE payment_id = %(id)s ORDER BY kind", id=payment)
    assert [row["kind"] for row in stored] == ["INVOICE", "RECEIPT"]


def test_there_is_no_receipt_before_a_payment_is_recorded(deal, call, payment):
    assert call(download_receipt, as_=deal.owner, path={"payment_id": payment}).code == "RECEIPT_MISSING"
    assert call(download_invoice, as_=deal.owner, path={"payment_id": payment}).code == "INVOICE_MISSING"


@pytest.mark.race
def test_fifty_concurrent_recordings_with_one_key_have_one_effect(arena, owed, call, rounds):
    """Quality 5."""
    for number in range(rounds):
        owner, payment = owed()
        replies = arena.together([lambda o=owner, p=payment, n=number: record(call, o, p, key=f"once-{n}")] * 50)

        assert {reply.status for reply in replies} <= {200, 409}
        assert all(reply.headers["retry-after"] == "1" for reply in replies if reply.status == 409)
        done = [reply for reply in replies if reply.status == 200]
        assert len({reply.body for reply in done}) == 1
        assert sum("idempotent-replayed" not in reply.headers for reply in done) == 1
        later = record(call, owner, payment, key=f"once-{number}")
        assert (later.body, later.headers["idempotent-replayed"]) == (done[0].body, "true")
        assert books(arena, payment) == ONCE


def books(world, payment):
    """What the database holds of a payment's money: transactions, what is paid, events and audit rows of recording."""
    [row] = world.sql(
        """SELECT (SELECT array_agg(amount ORDER BY id) FROM payment_transactions WHERE payment_id = p.id) AS came,
                  paid_amount, status,
                  (SELECT count(*) FROM invoices WHERE payment_id = p.id) AS invoices,
                  (SELECT count(*) FROM outbox WHERE object_id = p.id AND name = 'payment.recorded') AS events,
                  (SELECT count(*) FROM audit_logs
                   WHERE resource_id = p.id AND action = 'payment.recorded') AS audits
           FROM payments p WHERE p.id = %(id)s""",
        id=payment,
    )
    return row


NOTHING = {"came": None, "paid_amount": 0, "status": "SCHEDULED", "invoices": 0, "events": 0, "audits": 0}
ONCE = {"came": [5000], "paid_amount": 5000, "status": "PAID", "invoices": 1, "events": 1, "audits": 1}


@pytest.mark.race
def test_of_fifty_concurrent_recordings_with_different_keys_one_counts(arena, owed, call, rounds):
    """Quality 6."""
    for number in range(rounds):
        owner, payment = owed()
        keys = [f"one-of-fifty-{number}-{n}" for n in range(50)]
        replies = arena.together([lambda o=owner, p=payment, key=key: record(call, o, p, key=key) for key in keys])

        assert sorted(reply.status for reply in replies) == [200] + [409] * 49
        assert {reply.code for reply in replies if reply.status == 409} == {"ALREADY_PAID"}
        assert books(arena, payment) == ONCE


@pytest.mark.race
def test_a_reused_key_with_another_amount_is_refused_unless_another_users(arena, owed, call, rounds):
    """Quality 7."""
    officers = {}
    for number in range(rounds):
        owner, payment = owed()
        officer = officers.setdefault(owner, arena.colleague(owner, Role.FINANCIAL_OFFICER))
        key = f"reused-{number}"
        record(call, owner, payment, key=key, amount=2000)
        assert books(arena, payment) == ONCE | {"came": [2000], "paid_amount": 2000, "status": "SCHEDULED"}

        def pays_the_rest(user, payment=payment, key=key):
            return record(call, user, payment, key=key, amount=3000)

        reused, theirs = arena.together([lambda o=owner: pays_the_rest(o), lambda o=officer: pays_the_rest(o)])

        assert (reused.status, reused.code) == (422, "IDEMPOTENCY_KEY_REUSED")
        assert (theirs.status, "idempotent-replayed" in theirs.headers) == (200, False)
        assert books(arena, payment) == ONCE | {"came": [2000, 3000], "events": 2, "audits": 2}


@pytest.mark.race
def test_an_expired_idempotency_key_cannot_record_a_payment_twice(arena, owed, call, rounds):
    """Quality 10."""
    aged = "UPDATE idempotency_keys SET created_at = now() - %(age)s WHERE user_id = %(id)s AND key = %(key)s"
    for number in range(rounds):
        (owner, payment), key = owed(), f"aged-{number}"
        first = record(call, owner, payment, key=key)
        arena.sql(aged, age=timedelta(hours=23, minutes=59), id=owner.id, key=key)
        assert record(call, owner, payment, key=key).body == first.body
        arena.sql(aged, age=timedelta(hours=24, seconds=1), id=owner.id, key=key)

        again = record(call, owner, payment, key=key)

        assert (first.status, again.status, again.code) == (200, 409, "ALREADY_PAID")
        assert books(arena, payment) == ONCE


def test_partial_payments_settle_an_installment_and_the_excess_becomes_credit(deal, call, payment, world):
    first = record(call, deal.owner, payment, amount=Decimal("2000.50"))
    second = record(call, deal.owner, payment, amount=Decimal("3000"))

    assert (first.json["status"], first.json["paid_amount"]) == ("SCHEDULED", Decimal("2000.50"))
    assert (second.json["status"], second.json["paid_amount"]) == ("PAID", 5000)
    rows = world.sql("SELECT kind, amount FROM payment_transactions WHERE payment_id = %(id)s ORDER BY id", id=payment)
    assert [(row["kind"], row["amount"]) for row in rows] == [
        ("PAYMENT", Decimal("2000.50")),
        ("PAYMENT", Decimal("2999.50")),
        ("CREDIT", Decimal("0.50")),
    ]


def test_invoice_numbers_have_no_gaps(deal, call, world):
    payments = call(list_payments, as_=deal.owner).json["data"]

    together([lambda one=one: record(call, deal.owner, one["id"]) for one in payments])
    for one in payments:
        record(call, deal.owner, one["id"])

    sql = "SELECT number FROM invoices WHERE owner_organization_id = %(id)s ORDER BY number"
    rows = world.sql(sql, id=deal.owner.organization_id)
    assert [row["number"] for row in rows] == list(range(1, len(payments) + 1))


@pytest.mark.parametrize(
    ("changes", "status", "fields"),
    [
        ({"paid_date": (date.today() + timedelta(days=3)).isoformat()}, 400, ["paid_date"]),  # noqa: DTZ011
        ({"paid_date": "2025-02-30"}, 400, ["paid_date"]),
        ({"paid_date": None}, 400, ["paid_date"]),
        ({"currency": "EUR"}, 400, ["currency"]),
        ({"amount": 0}, 400, ["amount"]),
        ({"amount": "5"}, 400, ["amount"]),
        ({"payment_method": "barter"}, 400, ["payment_method"]),
    ],
)
def test_an_invalid_field_of_a_payment_is_named_and_nothing_is_recorded(deal, call, payment, changes, status, fields):
    reply = record(call, deal.owner, payment, **changes)

    assert (reply.status, reply.fields) == (status, fields)
    assert call(get_payment, as_=deal.owner, path={"payment_id": payment}).json["status"] == "SCHEDULED"
    assert books(deal.world, payment) == NOTHING


def test_cents_are_refused_in_a_payment_in_a_currency_without_cents(world, call):
    lease = Lease(world, call, currency="JPY")
    payment = lease.payments()[0]

    refused = lease.pay(payment, amount=Decimal("10.50"))
    assert (refused.status, refused.fields) == (400, ["amount"])
    assert books(world, payment["id"]) == NOTHING
    assert lease.pay(payment, amount=Decimal("10.00")).json["paid_amount"] == 10


def test_a_settled_payment_cannot_be_recorded_again(deal, call, payment):
    record(call, deal.owner, payment)

    assert record(call, deal.owner, payment).code == "ALREADY_PAID"


def test_no_payment_can_be_recorded_on_a_terminated_contract(deal, call, payment, world):
    world.sql("UPDATE contracts SET status = 'TERMINATED' WHERE id = %(id)s", id=deal.contract)

    reply = record(call, deal.owner, payment)

    assert (reply.status, reply.code) == (409, "NOT_PAYABLE")
    assert books(world, payment) == NOTHING


@pytest.mark.parametrize(("zone", "today"), [("Pacific/Kiritimati", "2027-02-02"), ("America/New_York", "2027-02-01")])
def test_a_paid_date_after_today_at_the_building_is_refused(calendar, zone, today):
    """Quality 71: one moment, two days."""
    calendar.set("2027-01-15T12:00:00Z")
    lease = calendar.lease(start=date(2027, 2, 1), months=1, timezone=zone)
    calendar.set("2027-02-01T12:00:00Z")
    [payment] = lease.payments()

    refused = lease.pay(payment, paid_date=date.fromisoformat(today) + timedelta(days=1))
    assert (refused.status, refused.fields) == (400, ["paid_date"])
    assert books(lease.world, payment["id"]) == NOTHING

    assert lease.pay(payment, paid_date=today).json["paid_date"] == today


def test_the_answer_says_what_settled_the_payment_and_what_is_credit(world, call):
    """2,310 on a payment of 770: 770 settle it, and 1,540 the next two at once."""
    lease = Lease(world, call, bid_amount=770, months=4)
    reply = lease.pay(lease.payments()[0], amount=2310)

    assert (reply.status, reply.json["applied"], reply.json["credit"]) == (200, 770, 1540)
    assert lease.statuses() == ["PAID", "PAID", "PAID", "SCHEDULED"]
    last = lease.pay(lease.payments()[3])
    assert (last.json["applied"], last.json["credit"], last.json["warnings"]) == (770, 0, [])


def test_more_than_the_contract_still_asks_for_has_to_be_meant(world, call):
    lease = Lease(world, call, bid_amount=770, months=4)
    first = lease.payments()[0]

    refused = lease.pay(first, amount=Decimal("3080.01"))
    assert (refused.status, refused.code, refused.fields) == (409, "AMOUNT_ABOVE_OPEN", ["amount"])
    assert "is 3080.01; 3080.00 USD is still asked for" in str(refused.json)
    assert books(world, first["id"]) == NOTHING
    assert lease.pay(first, amount=Decimal("3080.01"), allow_credit=True).json["credit"] == Decimal("2310.01")
    assert lease.ledger()[1] == Decimal("-2310.01")


def test_a_reference_that_was_seen_warns_or_is_refused(world, call):
    lease = Lease(world, call)
    one, two, three = lease.payments()[:3]

    assert lease.pay(one, transaction_reference="TXN-9").json["warnings"] == []
    refused = lease.pay(two, transaction_reference="TXN-9", unique_reference=True)
    assert (refused.status, refused.code, refused.fields) == (409, "REFERENCE_SEEN", ["transaction_reference"])
    split = lease.pay(two, transaction_reference="TXN-9")
    assert (split.status, split.json["warnings"]) == (200, ["REFERENCE_SEEN"])
    # Another contract's reference is its own, and what was taken back was not kept.
    assert Lease(world, call).pay(three, transaction_reference="TXN-9").status == 404
    other = Lease(world, call)
    assert other.pay(other.payments()[0], transaction_reference="TXN-9", unique_reference=True).json["warnings"] == []


def test_of_many_with_one_reference_at_once_one_records(world, call):
    lease = Lease(world, call)
    replies = together(
        [
            lambda one=one: lease.pay(one, transaction_reference="ONCE", unique_reference=True)
            for one in lease.payments()[:6]
        ]
    )

    assert sorted(reply.status for reply in replies) == [200] + [409] * 5
    assert {reply.code for reply in replies if reply.status == 409} == {"REFERENCE_SEEN"}


@pytest.mark.parametrize(("day", "status"), [("2025-12-31", 400), ("2026-01-01", 200), ("2026-11-29", 200)])
def test_money_came_a_year_before_the_contract_at_the_earliest(calendar, day, status):
    """The contract was drawn up on 2027-01-05 and starts on the first of January of that year."""
    calendar.set("2027-01-01T12:00:00Z")
    lease = calendar.lease(start=date(2027, 1, 1), months=1, timezone="America/New_York")
    lease.world.sql("UPDATE contracts SET created_at = '2027-01-05T12:00:00Z' WHERE id = %(id)s", id=lease.contract)
    [payment] = lease.payments()
    assert payment["timezone"] == "America/New_York"

    reply = lease.pay(payment, paid_date=day)

    assert reply.status == status
    if status == 400:
        assert reply.fields == ["paid_date"]
        for fact in ("2026-01-01", "2027-01-01", "America/New_York"):
            assert fact in str(reply.json)


def test_a_ledger_line_has_the_days_of_its_document_and_of_the_books(calendar):
    calendar.set("2027-01-05T12:00:00Z")
    lease = calendar.lease(start=date(2027, 2, 1), months=1)
    calendar.set("2027-02-10T12:00:00Z")
    lease.pay(lease.payments()[0], paid_date="2027-02-03")

    ledger = lease.call(get_ledger, as_=lease.client, path={"contract_id": lease.contract}).json["data"]

    [money] = [line for line in ledger if line["type"] == "PAYMENT"]
    assert (money["date"], money["posted_on"], money["entered_at"][:4]) == ("2027-02-03", "2027-02-03", "2026")
    assert len({line["id"] for line in ledger}) == 2


def test_only_those_with_the_right_may_record_payments(deal, call, payment, world):
    officer = world.colleague(deal.owner, Role.FINANCIAL_OFFICER)

    assert record(call, deal.client, payment).status == 403
    assert record(call, world.colleague(deal.owner, Role.AGENT), payment).status == 403
    assert record(call, world.owner(), payment).status == record(call, deal.owner, other_id()).status == 404
    assert call(get_payment, as_=deal.client, path={"payment_id": payment}).status == 200
    assert call(get_payment, as_=world.client(), path={"payment_id": payment}).status == 404
    assert record(call, officer, payment).status == 200


def test_no_money_is_recorded_for_a_month_that_is_free_of_rent(calendar):
    calendar.set("2027-01-05T08:00:00Z")
    lease = calendar.lease(start=date(2027, 2, 1), months=3, free_rent={"months": [1]})
    free = lease.payments()[0]
    assert (free["amount"], free["abatement"]) == (0, 5000)

    for changes in ({}, {"amount": 100}, {"amount": 100, "allow_credit": True}):
        refused = lease.pay(free, **changes)
        assert (refused.status, refused.code) == (409, "NOT_PAYABLE")
    assert lease.ledger() == ([], 0)
