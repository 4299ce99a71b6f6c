from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from pypdf import PdfReader

from functions.leasing.activate_contract import activate_contract
from functions.leasing.schedule_payments import schedule_payments
from functions.payments.download_invoice import download_invoice
from functions.payments.download_receipt import download_receipt
from functions.payments.get_payment import get_payment
from functions.payments.list_payments import list_payments
from functions.payments.record_payment import record_payment
from functions.payments.render_papers import render_papers
from shared.kit.catalog import Role
from tests.call import other_id, together
from tests.leasing.deal import Deal

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


def test_both_papers_say_who_what_and_how_much(deal, call, payment, world):
    record(call, deal.owner, payment)

    invoice = call(download_invoice, as_=deal.client, path={"payment_id": payment})
    receipt = call(download_receipt, as_=deal.client, path={"payment_id": payment})

    assert invoice.headers["content-type"] == receipt.headers["content-type"] == "application/pdf"
    for paper in (invoice, receipt):
        assert "5,000.00" in text_of(paper)
        assert "Organization" in text_of(paper)
    assert "TXN123456" in text_of(receipt)


def test_the_queue_renders_the_same_bytes_as_an_early_download(deal, call, payment, world, invoke):
    record(call, deal.owner, payment)
    early = call(download_receipt, as_=deal.client, path={"payment_id": payment})

    events = [event for event in world.event_details(payment) if event["name"] == "payment.recorded"]
    assert invoke(render_papers, *events, *events) == []

    assert call(download_receipt, as_=deal.client, path={"payment_id": payment}).body == early.body
    stored = world.sql("SELECT kind FROM documents WHERE payment_id = %(id)s ORDER BY kind", id=payment)
    assert [row["kind"] for row in stored] == ["INVOICE", "RECEIPT"]


def test_before_money_there_is_no_receipt(deal, call, payment):
    assert call(download_receipt, as_=deal.owner, path={"payment_id": payment}).code == "RECEIPT_MISSING"
    assert call(download_invoice, as_=deal.owner, path={"payment_id": payment}).code == "INVOICE_MISSING"


def test_one_key_recorded_fifty_times_has_one_effect(deal, call, payment, world):
    replies = []
    while len([reply for reply in replies if reply.status == 200]) < 50:
        replies += together([lambda: record(call, deal.owner, payment, key="pay-1")] * 10)

    assert {reply.status for reply in replies} <= {200, 409}
    assert all(reply.headers["retry-after"] == "1" for reply in replies if reply.status == 409)
    done = [reply for reply in replies if reply.status == 200]
    assert len({reply.body for reply in done}) == 1
    assert sum("idempotent-replayed" not in reply.headers for reply in done) == 1
    sql = "SELECT count(*) AS n FROM payment_transactions WHERE payment_id = %(id)s"
    assert world.sql(sql, id=payment)[0]["n"] == 1


def test_of_fifty_keys_one_records(deal, call, payment):
    replies = together([lambda n=n: record(call, deal.owner, payment, key=f"pay-{n}") for n in range(50)])

    assert sorted(reply.status for reply in replies) == [200] + [409] * 49


def test_parts_settle_the_payment_and_what_is_over_becomes_credit(deal, call, payment, world):
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
def test_what_is_wrong_is_named_and_nothing_is_recorded(deal, call, payment, changes, status, fields):
    reply = record(call, deal.owner, payment, **changes)

    assert (reply.status, reply.fields) == (status, fields)
    assert call(get_payment, as_=deal.owner, path={"payment_id": payment}).json["status"] == "SCHEDULED"


def test_a_settled_payment_is_not_settled_again(deal, call, payment):
    record(call, deal.owner, payment)

    assert record(call, deal.owner, payment).code == "ALREADY_PAID"


def test_nothing_is_paid_on_a_terminated_contract(deal, call, payment, world):
    world.sql("UPDATE contracts SET status = 'TERMINATED' WHERE id = %(id)s", id=deal.contract)

    assert record(call, deal.owner, payment).code == "NOT_PAYABLE"


def test_who_may_record_and_who_may_only_look(deal, call, payment, world):
    officer = world.colleague(deal.owner, Role.FINANCIAL_OFFICER)

    assert record(call, deal.client, payment).status == 403
    assert record(call, world.colleague(deal.owner, Role.AGENT), payment).status == 403
    assert record(call, world.owner(), payment).status == record(call, deal.owner, other_id()).status == 404
    assert call(get_payment, as_=deal.client, path={"payment_id": payment}).status == 200
    assert call(get_payment, as_=world.client(), path={"payment_id": payment}).status == 404
    assert record(call, officer, payment).status == 200
