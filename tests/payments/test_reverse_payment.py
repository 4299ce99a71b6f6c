from datetime import date
from decimal import Decimal
from io import BytesIO
from itertools import permutations

import pytest
from pypdf import PdfReader

from functions.contracts.get_ledger import get_ledger
from functions.contracts.get_schedule import get_schedule
from functions.notifications.notify_people import notify_people
from functions.payments.download_invoice import download_invoice
from functions.payments.download_receipt import download_receipt
from functions.payments.get_payment import get_payment
from functions.payments.render_documents import render_documents
from functions.payments.reverse_payment import reverse_payment
from shared.kit.catalog import Role
from tests.call import other_id, together
from tests.payments.lease import Lease


@pytest.fixture
def lease(world, call):
    return Lease(world, call)


@pytest.fixture
def payment(lease):
    return lease.payments()[0]


def reverse(lease, payment, user=None, key=None, reason="The cheque bounced."):
    path = {"payment_id": payment["id"]}
    return lease.call(reverse_payment, as_=user or lease.owner, path=path, body={"reason": reason}, key=key)


def ledger(lease, user=None):
    return lease.call(get_ledger, as_=user or lease.client, path={"contract_id": lease.contract}).json


def receipt(lease, payment):
    return lease.call(download_receipt, as_=lease.client, path={"payment_id": payment["id"]})


def text_of(reply):
    return " ".join(" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(reply.body)).pages)


def test_a_reversed_payment_is_open_again_and_keeps_its_history(lease, payment, world):
    lease.pay(payment, transaction_reference="TXN-1")

    reply = reverse(lease, payment)

    assert (reply.status, reply.json["status"], reply.json["paid_amount"]) == (200, "SCHEDULED", 0)
    assert reply.json["paid_date"] is reply.json["payment_method"] is reply.json["receipt_url"] is None
    assert reply.json["invoice_url"]
    rows = world.sql("SELECT * FROM payment_transactions WHERE payment_id = %(id)s ORDER BY id", id=payment["id"])
    assert [(row["kind"], row["amount"]) for row in rows] == [("PAYMENT", 5000), ("REVERSAL", 5000)]
    assert (rows[1]["reverses_id"], rows[1]["reason"]) == (rows[0]["id"], "The cheque bounced.")
    assert world.events(payment["id"])[-2:] == ["payment.recorded", "payment.reversed"]
    assert world.audits(payment["id"])[-1]["before"]["status"] == "PAID"


def test_the_latest_transaction_is_reversed_first_with_its_credit(lease, payment):
    lease.pay(payment, amount=2000, payment_method="bank_transfer")
    lease.pay(payment, amount=Decimal("3000.50"))
    assert ledger(lease)["meta"]["balance"] == Decimal("-0.50")

    first = reverse(lease, payment)
    assert (first.json["status"], first.json["paid_amount"]) == ("SCHEDULED", 2000)
    assert first.json["payment_method"] == "bank_transfer"
    assert ledger(lease)["meta"]["balance"] == 3000

    assert reverse(lease, payment).json["paid_amount"] == 0
    assert reverse(lease, payment).code == "NOTHING_TO_REVERSE"
    assert ledger(lease)["meta"]["balance"] == 5000


def test_an_unpaid_payment_cannot_be_reversed(lease, payment):
    assert (reverse(lease, payment).status, reverse(lease, payment).code) == (409, "NOTHING_TO_REVERSE")


def test_of_concurrent_reversals_of_a_payment_one_counts(lease, payment, world):
    lease.pay(payment)

    replies = together([lambda: reverse(lease, payment)] * 8)
    assert sorted(reply.status for reply in replies) == [200] + [409] * 7

    again = lease.pay(payment)
    assert again.json["status"] == "PAID"
    once, twice = (reverse(lease, payment, key="take-back") for _ in range(2))
    assert once.body == twice.body
    assert twice.headers["idempotent-replayed"] == "true"


def test_the_receipt_follows_payments_and_reversals(lease, payment, invoke, world):
    lease.pay(payment, amount=2000, transaction_reference="FIRST")
    first = receipt(lease, payment)
    lease.pay(payment, amount=1000, transaction_reference="SECOND")
    assert "-2.pdf" in receipt(lease, payment).headers["content-disposition"]

    reverse(lease, payment)
    assert receipt(lease, payment).body == first.body

    lease.pay(payment, transaction_reference="THIRD")
    third = receipt(lease, payment)
    assert "-3.pdf" in third.headers["content-disposition"]
    assert "THIRD" in text_of(third)
    assert "3,000.00" in text_of(third)
    recorded = [event for event in world.event_details(payment["id"]) if event["name"] == "payment.recorded"]
    assert invoke(render_documents, *recorded) == []
    assert receipt(lease, payment).body == third.body

    reverse(lease, payment)
    reverse(lease, payment)
    assert receipt(lease, payment).code == "RECEIPT_MISSING"


def test_a_receipt_shows_the_credit_of_its_payment_until_it_is_reversed(lease, payment):
    lease.pay(payment, amount=2000)
    lease.pay(payment, amount=Decimal("3250.25"))
    assert "Paid earlier 2,000.00 Received with this payment 3,250.25 Kept as credit 250.25 Balance 0.00" in text_of(
        receipt(lease, payment)
    )

    reverse(lease, payment)
    lease.pay(payment, amount=3000)
    again = text_of(receipt(lease, payment))
    assert "Paid earlier 2,000.00 Received with this payment 3,000.00 Balance 0.00" in again


def test_a_payment_reversed_before_rendering_gets_only_its_invoice(lease, payment, invoke, world):
    lease.pay(payment)
    reverse(lease, payment)
    recorded = [event for event in world.event_details(payment["id"]) if event["name"] == "payment.recorded"]

    assert invoke(render_documents, *recorded) == []

    rows = world.sql("SELECT kind FROM documents WHERE payment_id = %(id)s", id=payment["id"])
    assert [row["kind"] for row in rows] == ["INVOICE"]


@pytest.mark.parametrize(
    ("today", "status"), [("2027-01-31", "SCHEDULED"), ("2027-02-01", "DUE"), ("2027-02-02", "OVERDUE")]
)
def test_a_reversed_payment_has_the_status_of_today_at_the_building(calendar, today, status):
    calendar.set("2027-01-05T12:00:00Z")
    lease = calendar.lease(months=1, timezone="Pacific/Kiritimati")
    [payment] = lease.payments()
    lease.pay(payment)

    # Noon in Kiritimati is ten in the evening before, in Greenwich.
    calendar.set(f"{today}T12:00:00+14:00")
    calendar.run()

    assert reverse(lease, payment).json["status"] == status


def test_the_ledger_has_the_right_balance_on_every_line(lease, payment):
    lease.pay(payment, amount=2000, transaction_reference="A")
    lease.pay(payment, amount=4000, transaction_reference="B")
    reverse(lease, payment)

    account = ledger(lease)

    assert {entry["payment_id"] for entry in account["data"]} == {payment["id"]}
    assert sorted((entry["type"], entry["debit"], entry["credit"]) for entry in account["data"]) == [
        ("CREDIT", 0, 1000),
        ("INVOICE", 5000, 0),
        ("PAYMENT", 0, 2000),
        ("PAYMENT", 0, 3000),
        ("REVERSAL", 1000, 0),
        ("REVERSAL", 3000, 0),
    ]
    balance = 0
    for entry in account["data"]:
        balance += entry["debit"] - entry["credit"]
        assert entry["balance"] == balance
    assert account["meta"] == {"balance": 3000, "currency": "USD"}
    assert [entry["date"] for entry in account["data"]] == sorted(entry["date"] for entry in account["data"])
    assert {entry["reference"] for entry in account["data"]} == {"INV-000001", "A", "B"}


def test_the_ledger_agrees_with_the_payments_after_reversals(lease, world):
    for number, payment in enumerate(lease.payments()):
        if number % 3 == 0:
            lease.pay(payment)
        if number % 3 == 1:
            lease.pay(payment, amount=Decimal("1234.56"))
        if number % 4 == 0:
            reverse(lease, payment)

    schedule = lease.call(get_schedule, as_=lease.client, path={"contract_id": lease.contract}).json

    paid = sum(line["paid_amount"] for line in schedule["data"])
    still_open = sum(line["amount"] - line["paid_amount"] for line in schedule["data"])
    assert paid + still_open == schedule["meta"]["schedule_total"] == 60000
    [books] = world.sql(
        """SELECT sum(CASE kind WHEN 'PAYMENT' THEN amount ELSE 0 END) -
                  sum(CASE WHEN kind = 'REVERSAL' THEN amount ELSE 0 END) AS paid
           FROM payment_transactions WHERE contract_id = %(id)s""",
        id=lease.contract,
    )
    assert books["paid"] == paid
    assert [line["installment_number"] for line in schedule["data"]] == list(range(1, 13))


def test_the_ledger_agrees_with_the_payments_after_cancellations(world, call, calendar):
    """Quality 72: PAID + open + CANCELLED = total; what is cancelled is asked for by nobody and paid by nobody."""
    calendar.set("2027-01-15T08:00:00Z")
    lease = calendar.lease(start=date(2027, 2, 1), months=12)
    payments = lease.payments()
    for payment in payments[:3]:
        lease.pay(payment)
    lease.pay(payments[3], amount=Decimal("1234.56"))
    lease.pay(payments[4])
    lease.pay(payments[10], amount=100)
    # What ends a lease early does, without its credit notes: the rest is cancelled, whatever had come for it already.
    calendar.leases.remove(lease)
    lease.world.sql(
        "UPDATE payments SET status = 'CANCELLED' WHERE id = ANY(%(ids)s::uuid[])",
        ids=[payment["id"] for payment in payments[8:]],
    )
    reverse(lease, payments[4])
    assert reverse(lease, payments[10]).json["status"] == "CANCELLED"
    assert lease.pay(payments[9]).code == "NOT_PAYABLE"
    assert reverse(lease, payments[9]).code == "NOTHING_TO_REVERSE"

    for moment in ("2027-05-20T08:00:00Z", "2028-02-01T08:00:00Z"):
        calendar.set(moment)
        calendar.run()

    [books] = lease.world.sql(
        """SELECT c.schedule_total AS total, b.*,
                  (SELECT coalesce(sum(CASE WHEN t.kind = 'REVERSAL' THEN -t.amount ELSE t.amount END), 0)
                   FROM payment_transactions t WHERE t.contract_id = c.id) AS came,
                  (SELECT count(*) FROM invoices i JOIN payments p ON p.id = i.payment_id
                   WHERE p.contract_id = c.id AND p.status = 'CANCELLED') AS cancelled_invoices
           FROM contracts c
           CROSS JOIN LATERAL (
               SELECT sum(amount) FILTER (WHERE status = 'PAID') AS paid,
                      sum(amount) FILTER (WHERE status IN ('SCHEDULED', 'DUE', 'OVERDUE')) AS open,
                      sum(amount) FILTER (WHERE status = 'CANCELLED') AS cancelled,
                      sum(paid_amount) AS settled
               FROM payments p WHERE p.contract_id = c.id AND p.charge = 'RENT'
           ) AS b
           WHERE c.id = %(id)s""",
        id=lease.contract,
    )
    assert (books["paid"], books["open"], books["cancelled"]) == (15000, 25000, 20000)
    assert books["paid"] + books["open"] + books["cancelled"] == books["total"] == 60000
    assert books["settled"] == books["came"] == Decimal("16234.56")
    # Only what was asked for before: the invoice of the part that came and went back.
    assert books["cancelled_invoices"] == 1
    schedule = call(get_schedule, as_=lease.client, path={"contract_id": lease.contract}).json
    assert sum(line["amount"] for line in schedule["data"]) == schedule["meta"]["schedule_total"] == 60000
    assert [line["status"] for line in schedule["data"]] == ["PAID"] * 3 + ["OVERDUE"] * 5 + ["CANCELLED"] * 4
    asked = Decimal(5000) * 9
    assert ledger(lease)["meta"]["balance"] == asked - books["came"]
    assert lease.unbalanced() == []


def test_tax_is_shown_on_the_invoice_and_paid_with_the_rent(world, call):
    lease = Lease(world, call, tax_percent=Decimal("8.875"), months=1)
    [payment] = lease.payments()
    assert (payment["amount"], payment["tax_amount"]) == (5000, Decimal("443.75"))

    assert lease.pay(payment, amount=5000).json["status"] == "SCHEDULED"
    invoice = text_of(call(download_invoice, as_=lease.client, path={"payment_id": payment["id"]}))
    for text in ("Tax 8.875 %", "443.75", "5,443.75"):
        assert text in invoice
    assert ledger(lease)["meta"]["balance"] == Decimal("443.75")
    assert lease.pay(payment).json["status"] == "PAID"
    assert ledger(lease)["meta"]["balance"] == 0


@pytest.mark.parametrize(("currency", "tax"), [("USD", Decimal("443.75")), ("JPY", 444)])
def test_tax_is_rounded_half_up_to_the_currencys_unit(world, call, currency, tax):
    lease = Lease(world, call, tax_percent=Decimal("8.875"), currency=currency, months=1)

    assert [payment["tax_amount"] for payment in lease.payments()] == [tax]


def test_payment_events_in_any_order_produce_the_same_documents(world, call, invoke):
    lease = Lease(world, call)
    left = []
    for payment, order in zip(lease.payments(), permutations(range(3)), strict=False):
        lease.pay(payment, amount=2000)
        lease.pay(payment, amount=1000)
        reverse(lease, payment)
        events = world.event_details(payment["id"])
        for number in order:
            assert invoke(notify_people, events[number]) == invoke(render_documents, *heard(events[number])) == []
        told = world.sql(
            """SELECT user_id, title, message FROM notifications
               WHERE metadata ->> 'payment_id' = %(id)s ORDER BY user_id, id""",
            id=payment["id"],
        )
        documents = world.sql("SELECT kind FROM documents WHERE payment_id = %(id)s ORDER BY kind", id=payment["id"])
        left.append((told, documents))

    assert len(left) == 6
    assert all(one == left[0] for one in left)
    assert [row["title"] for row in left[0][0]] == ["Payment Recorded", "Payment Recorded", "Payment Reversed"]


def heard(event):
    return [event] if event["name"] in render_documents.operation.hears else []


def test_only_those_who_record_payments_may_reverse_them(lease, payment, world, call):
    officer = world.colleague(lease.owner, Role.FINANCIAL_OFFICER)
    lease.pay(payment)

    assert reverse(lease, payment, lease.client).status == 403
    assert reverse(lease, payment, world.owner()).status == 404
    assert reverse(lease, {"id": other_id()}).status == 404
    assert reverse(lease, payment, reason="").fields == ["reason"]
    assert call(get_payment, as_=lease.owner, path={"payment_id": payment["id"]}).json["status"] == "PAID"
    assert reverse(lease, payment, officer).status == 200
    for operation in (get_schedule, get_ledger):
        path = {"contract_id": lease.contract}
        assert call(operation, as_=officer, path=path).status == 200
        assert call(operation, as_=world.colleague(lease.client, Role.FINANCIAL_OFFICER), path=path).status == 200
        assert call(operation, as_=world.colleague(lease.owner, Role.AGENT), path=path).status == 403
        assert call(operation, as_=world.client(), path=path).status == 404
