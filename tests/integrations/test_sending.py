"""Documents at the provider: once each, in order, to the cent, through bad days."""

from decimal import Decimal

import pytest

from functions.integrations.call_accounting import call_accounting
from functions.integrations.change_integration import change_integration
from functions.integrations.list_integration_tenants import list_integration_tenants
from functions.integrations.remove_integration import remove_integration
from functions.integrations.retry_accounting import retry_accounting
from functions.integrations.retry_documents import retry_documents
from functions.integrations.sync_integration import sync_integration
from functions.notifications.compose_mail import compose_mail
from functions.payments.apply_deposit import apply_deposit
from functions.payments.credit_invoice import credit_invoice
from functions.payments.list_invoices import list_invoices
from functions.payments.refund_credit import refund_credit
from functions.payments.return_deposit import return_deposit
from functions.payments.reverse_payment import reverse_payment
from functions.payments.reverse_write_off import reverse_write_off
from functions.payments.write_off_payment import write_off_payment
from shared.integrations import tokens
from shared.kit.request import Request, begin
from tests.auth.mailbox import mails_to
from tests.call import call, invoke, together
from tests.payments.lease import Lease

NAMES = {
    "quickbooks": {"INVOICE": "Invoice", "CREDIT_NOTE": "CreditMemo", "PAYMENT": "Payment", "JOURNAL": "JournalEntry"},
    "zoho": {"INVOICE": "invoices", "CREDIT_NOTE": "creditnotes", "PAYMENT": "customerpayments", "JOURNAL": "journals"},
}


@pytest.fixture
def lease(connecting, world):
    return Lease(world, call, owner=connecting.owner, tax_percent=20, deposit_months=1)


def made(connecting, kind):
    return connecting.server.made(NAMES[connecting.provider][kind])


def pay(lease, number=0, charge="RENT", **changes):
    payment = lease.rows(charge)[number]
    reply = lease.pay({"id": payment["id"]}, **changes)
    assert reply.status == 200, reply.json
    return payment["id"]


def test_an_invoice_and_its_payment_are_there_and_settle_each_other(connecting, lease):
    connecting.ready()

    pay(lease)
    connecting.pump()

    assert connecting.statuses() == [("INVOICE", "SENT"), ("PAYMENT", "SENT")]
    [invoice] = made(connecting, "INVOICE")
    assert connecting.server.open_balance(invoice) == 0
    connecting.ties()


def test_nothing_is_sent_before_accounts_were_chosen(connecting, lease):
    connecting.connect()
    pay(lease)
    connecting.pump()
    assert made(connecting, "INVOICE") == []

    connecting.map()
    connecting.pump()

    assert len(made(connecting, "INVOICE")) == 1


def test_what_was_posted_before_the_first_day_stays_out_until_the_day_is_moved(connecting, lease):
    connecting.connect(starts_on="2026-02-01")
    connecting.map()
    pay(lease, paid_date="2026-01-15")
    connecting.pump()
    assert made(connecting, "PAYMENT") == []

    connecting.map(starts_on="2026-01-01")
    connecting.pump()

    assert len(made(connecting, "PAYMENT")) == 1


def test_everything_that_money_does_ties_with_the_providers_books(connecting, lease, world):
    connecting.ready()
    as_owner = {"as_": lease.owner}
    pay(lease, charge="DEPOSIT")
    connecting.pump()
    first = pay(lease, 0)
    connecting.pump()
    # It bounced.
    reply = call(reverse_payment, **as_owner, path={"payment_id": first}, body={"reason": "Returned by the bank"})
    assert reply.status == 200, reply.json
    connecting.pump()
    part = pay(lease, 1, amount=1000)
    for operation, body in (
        (write_off_payment, {"amount": 500, "reason": "Agreed", "relieve_tax": True}),
        (reverse_write_off, {"reason": "Paid after all"}),
    ):
        reply = call(operation, **as_owner, path={"payment_id": part}, body=body)
        assert reply.status == 200, reply.json
    invoices = call(list_invoices, **as_owner, query={"contract_id": lease.contract}).json["data"]
    invoice = next(one for one in invoices if one["payment_id"] == str(part))
    credited = call(
        credit_invoice, **as_owner, path={"invoice_id": invoice["id"]}, body={"amount": 600, "reason": "Broken lift"}
    )
    assert credited.status in (200, 201), credited.json
    world.sql("UPDATE contracts SET status = 'EXPIRED' WHERE id = %(id)s", id=lease.contract)
    contract = {"path": {"contract_id": lease.contract}}
    body = {"amount": 300, "paid_date": "2026-02-01", "payment_method": "cheque"}
    returned = call(return_deposit, **as_owner, **contract, body=body)
    applied = call(apply_deposit, **as_owner, **contract, body={"amount": 700, "reason": "Open rent"})
    assert (returned.status, applied.status) == (200, 200), (returned.json, applied.json)
    connecting.pump()

    assert {status for _, status in connecting.statuses()} == {"SENT"}
    connecting.ties()


def test_a_bounced_payment_leaves_its_invoice_open_there(connecting, lease):
    connecting.ready()
    payment = pay(lease)
    connecting.pump()

    call(reverse_payment, as_=lease.owner, path={"payment_id": payment}, body={"reason": "Returned by the bank"})
    connecting.pump()

    [invoice] = made(connecting, "INVOICE")
    assert connecting.server.open_balance(invoice) == Decimal("6000")
    connecting.ties()


def test_a_payment_that_somebody_edits_at_the_moment_is_read_again(quickbooks, world):
    quickbooks.ready()
    lease = Lease(world, call, owner=quickbooks.owner)
    payment = pay(lease)
    quickbooks.pump()
    quickbooks.server.edited_meanwhile = 2

    call(reverse_payment, as_=lease.owner, path={"payment_id": payment}, body={"reason": "Returned by the bank"})
    quickbooks.pump()

    assert {status for _, status in quickbooks.statuses()} == {"SENT"}
    [invoice] = quickbooks.server.made("Invoice")
    assert quickbooks.server.open_balance(invoice) == 5000


def test_credit_that_is_paid_back_ties(connecting, lease):
    connecting.ready()
    pay(lease, amount=2_000_000, allow_credit=True)
    body = {"amount": 100, "paid_date": "2026-02-01", "payment_method": "bank_transfer", "transaction_reference": "R-1"}
    reply = call(refund_credit, as_=lease.owner, path={"contract_id": lease.contract}, body=body)
    assert reply.status == 201, reply.json

    connecting.pump()

    assert {status for _, status in connecting.statuses()} == {"SENT"}
    connecting.ties()


def test_credit_that_is_owed_again_ties_and_its_money_says_what_it_is_for(connecting, lease):
    connecting.ready()
    bounced = pay(lease, amount=2_000_000, allow_credit=True)
    body = {"amount": 100, "paid_date": "2026-02-01", "payment_method": "bank_transfer"}
    assert call(refund_credit, as_=lease.owner, path={"contract_id": lease.contract}, body=body).status == 201
    reply = call(
        reverse_payment, as_=lease.owner, path={"payment_id": bounced}, body={"reason": "Returned by the bank"}
    )
    assert reply.status == 200, reply.json
    pay(lease, charge="RECLAIM")

    connecting.pump()

    assert {status for _, status in connecting.statuses()} == {"SENT"}
    assert "Credit to be paid back" in str(made(connecting, "PAYMENT"))
    connecting.ties()


# Once.


def test_a_worker_that_dies_after_their_answer_sends_nothing_twice(connecting, lease):
    connecting.ready()
    pay(lease)
    connecting.tell()
    message = connecting.taken()
    assert connecting.carry_out(message) == []
    connecting.bus.heard()  # Nobody heard what it said.

    assert connecting.carry_out(message, receives=2) == []
    connecting.record()
    connecting.pump()

    assert connecting.statuses() == [("INVOICE", "SENT"), ("PAYMENT", "SENT")]
    assert len(made(connecting, "INVOICE")) == len(made(connecting, "PAYMENT")) == 1
    connecting.ties()


def test_an_answer_that_was_lost_on_the_way_doubles_nothing(connecting, lease, world):
    connecting.ready()
    pay(lease)
    # The customer, the items of QuickBooks and the invoice, each made and not heard of.
    connecting.server.fails = [(0, {}, None)]
    for _ in range(6):
        connecting.pump()
        resume(world, connecting)
        connecting.server.fails = connecting.server.fails or [(0, {}, None)]
    connecting.server.fails = []
    connecting.pump()

    assert connecting.server.lost_answers >= 3
    assert connecting.statuses() == [("INVOICE", "SENT"), ("PAYMENT", "SENT")]
    assert len(made(connecting, "INVOICE")) == len(made(connecting, "PAYMENT")) == 1
    connecting.ties()


def test_a_batch_that_nobody_heard_of_is_looked_for_and_goes_on(connecting, lease, world):
    connecting.ready()
    pay(lease)
    connecting.tell()
    connecting.carry_out(connecting.taken())
    connecting.bus.heard()
    world.sql("UPDATE integrations SET sending_since = now() - interval '1 hour' WHERE batch_id IS NOT NULL")

    retry_accounting({}, None)
    connecting.pump()

    assert len(made(connecting, "INVOICE")) == 1
    connecting.ties()


def test_the_same_company_again_gets_nothing_twice(connecting, lease):
    connecting.ready()
    pay(lease, 0)
    connecting.pump()
    call(remove_integration, as_=connecting.owner, path=connecting.path)
    connecting.pump()
    pay(lease, 1)

    connecting.connect()
    connecting.pump()

    assert len(made(connecting, "INVOICE")) == 2
    connecting.ties()


# Bad days.


def resume(world, connecting):
    """The pause is over."""
    world.sql(
        "UPDATE integrations SET paused_until = now() - interval '1 second' WHERE organization_id = %(id)s",
        id=connecting.owner.organization_id,
    )
    retry_accounting({}, None)


@pytest.mark.parametrize("fault", [(429, {"retry-after": "7000"}, {"code": 44}), (503, {}, {}), (500, {}, {})])
def test_a_provider_that_asks_for_patience_gets_it(connecting, lease, world, fault):
    connecting.ready()
    pay(lease)
    connecting.server.fails = [fault]
    connecting.pump()

    shown = connecting.shown()
    assert shown["paused_until"] and shown["reason"]
    assert shown["documents"] == {"waiting": 2, "sent": 0, "refused": 0}
    calls = len(connecting.server.calls)
    retry_accounting({}, None)
    connecting.pump()
    assert len(connecting.server.calls) == calls
    [row] = world.sql(
        "SELECT paused_until - now() AS left FROM integrations WHERE organization_id = %(id)s",
        id=connecting.owner.organization_id,
    )
    assert (row["left"].total_seconds() > 6000) == (fault[0] == 429)

    resume(world, connecting)
    connecting.pump()

    assert connecting.shown()["paused_until"] is None and connecting.shown()["reason"] is None
    connecting.ties()


def test_somebody_who_does_not_want_to_wait_syncs(connecting, lease):
    connecting.ready()
    pay(lease)
    connecting.server.fails = [(503, {}, {})]
    connecting.pump()

    assert call(sync_integration, as_=connecting.owner, path=connecting.path).status == 202
    connecting.pump()

    connecting.ties()


def test_a_server_that_is_down_loses_nothing(connecting, lease, world, servers):
    connecting.ready()
    pay(lease)
    connecting.server.close()

    connecting.pump()

    assert "did not answer" in connecting.shown()["reason"]
    assert connecting.shown()["documents"]["waiting"] == 2


def test_tokens_that_end_are_renewed_on_the_way(connecting, lease):
    connecting.ready()
    connecting.server.end_tokens()

    pay(lease)
    connecting.pump()

    assert connecting.statuses() == [("INVOICE", "SENT"), ("PAYMENT", "SENT")]


def test_two_workers_never_spend_one_refresh_token(quickbooks, environment):
    quickbooks.ready()
    quickbooks.server.end_tokens()
    organization = quickbooks.owner.organization_id

    begin(Request(call_accounting.operation, "test"))
    spent = tokens.kept_tokens(organization, "quickbooks").tokens.access_token

    def fresh():
        begin(Request(call_accounting.operation, "test"))
        return tokens.fresh_tokens(organization, "quickbooks", spent=spent).access_token

    found = together([fresh] * 6)

    assert len(set(found)) == 1
    assert max(quickbooks.server.refreshed.values()) == 1


def test_a_worker_that_died_while_it_renewed_is_succeeded(quickbooks, monkeypatch):
    quickbooks.ready()
    begin(Request(call_accounting.operation, "test"))
    organization = quickbooks.owner.organization_id
    kept = tokens.kept_tokens(organization, "quickbooks")
    assert tokens._claim(organization, "quickbooks", kept.version, 0) is None
    monkeypatch.setattr(tokens, "PATIENCE", -1)

    renewed = tokens.fresh_tokens(organization, "quickbooks", spent=kept.tokens.access_token)

    assert renewed.refresh_token != kept.tokens.refresh_token


def test_a_revoked_connection_says_so_mails_its_owner_and_goes_on_after_reconnecting(connecting, lease, world):
    connecting.ready()
    pay(lease, 0)
    connecting.pump()
    connecting.server.cut_off()
    pay(lease, 1)
    connecting.pump()

    shown = connecting.shown()
    assert shown["status"] == "DISCONNECTED" and "Connect again" in shown["reason"]
    assert shown["documents"] == {"waiting": 2, "sent": 2, "refused": 0}
    events = [one for one in world.event_details(shown["id"]) if one["name"] == "integration.disconnected"]
    assert invoke(compose_mail, *events) == []
    [mail] = mails_to(connecting.owner.email)
    assert shown["company_name"] in mail["subject"]
    assert call(sync_integration, as_=connecting.owner, path=connecting.path).code == "NOT_CONNECTED"

    again = connecting.connect()
    connecting.pump()

    assert again["status"] == "CONNECTED" and again["id"] == shown["id"]
    assert connecting.shown()["documents"] == {"waiting": 0, "sent": 4, "refused": 0}
    connecting.ties()


# What a bookkeeper reads.


def test_a_refused_document_says_why_and_goes_when_it_is_asked_for(quickbooks, world):
    quickbooks.ready()
    lease = Lease(world, call, owner=quickbooks.owner)
    quickbooks.server.closed_before = "9999"
    pay(lease)
    quickbooks.pump()

    [payment, invoice] = quickbooks.log()
    assert invoice["status"] == "REFUSED" and invoice["retry_at"]
    assert invoice["reason"].startswith("The period is closed there") and "Account Period Closed" in invoice["reason"]
    assert (payment["status"], payment["reason"]) == ("QUEUED", f"Waits for {invoice['number']}.")
    quickbooks.server.closed_before = ""
    body = {"document_ids": [invoice["id"]]}
    reply = call(retry_documents, as_=quickbooks.owner, path=quickbooks.path, body=body)
    assert (reply.status, reply.json) == (202, {"queued": 1})
    quickbooks.pump()

    assert quickbooks.statuses() == [("INVOICE", "SENT"), ("PAYMENT", "SENT")]
    quickbooks.ties()


def test_a_number_that_another_document_has_is_refused_in_plain_words(connecting, lease):
    connecting.ready()
    there = {
        "quickbooks": ("Invoice", {"DocNumber": "INV-000001", "TotalAmt": 1, "TxnDate": "2026-01-01"}),
        "zoho": ("invoices", {"invoice_number": "INV-000001", "reference_number": "theirs", "status": "sent"}),
    }[connecting.provider]
    connecting.server._kept(*there)

    pay(lease)
    connecting.pump()

    assert "Another document there has this number." in connecting.log(kind="INVOICE")[0]["reason"]


def test_a_refused_document_is_tried_again_by_itself(quickbooks, world):
    quickbooks.ready()
    lease = Lease(world, call, owner=quickbooks.owner)
    quickbooks.server.closed_before = "9999"
    pay(lease)
    quickbooks.pump()
    quickbooks.server.closed_before = ""
    world.sql("UPDATE integration_documents SET retry_at = now() - interval '1 second' WHERE retry_at IS NOT NULL")

    retry_accounting({}, None)
    quickbooks.pump()

    assert quickbooks.statuses() == [("INVOICE", "SENT"), ("PAYMENT", "SENT")]


def test_a_document_whose_account_nobody_chose_says_which(connecting, lease):
    connecting.connect()
    accounts = {role: id for role, id in connecting_accounts(connecting).items() if role != "TAX"}
    connecting.map(accounts=accounts)
    pay(lease)
    connecting.pump()
    assert connecting.log(kind="INVOICE")[0]["reason"] == "Choose an account for TAX first."

    connecting.map()
    connecting.pump()

    connecting.ties()


def connecting_accounts(connecting):
    from tests.integrations.connecting import SERVERS

    return SERVERS[connecting.provider].MAPPED


def test_a_document_in_another_currency_is_refused(quickbooks, world):
    quickbooks.ready()
    lease = Lease(world, call, owner=quickbooks.owner, currency="EUR")
    pay(lease)
    quickbooks.pump()

    assert "keeps its books in USD" in quickbooks.log(kind="INVOICE")[0]["reason"]
    assert quickbooks.server.made("Invoice") == []


# Customers.


def legal_name(lease):
    return lease.row()["client_party"]["legal_name"]


def tenants(connecting):
    return call(list_integration_tenants, as_=connecting.owner, path=connecting.path).json["data"]


def test_a_tenant_becomes_the_customer_with_exactly_that_name(connecting, lease):
    there = connecting.server.customer(legal_name(lease).upper())
    connecting.connect()
    [proposed] = tenants(connecting)
    assert (proposed["customer_id"], proposed["proposed_id"]) == (None, there)
    connecting.map()

    pay(lease)
    connecting.pump()

    [tenant] = tenants(connecting)
    assert (tenant["customer_id"], tenant["matched_by"]) == (there, "NAME")
    assert connecting.server.owed(there) == 0 and len(connecting.log()) == 2


def test_a_tenant_without_a_customer_becomes_a_new_one(connecting, lease):
    connecting.ready()
    pay(lease)
    connecting.pump()

    [tenant] = tenants(connecting)
    assert tenant["matched_by"] == "CREATED"


def test_a_person_chooses_another_customer(connecting, lease):
    connecting.server.customer(legal_name(lease))
    chosen = connecting.server.customer("Harbor Coffee (old account)")
    connecting.connect()
    choice = {"tenant_id": str(lease.client.organization_id), "customer_id": chosen}
    assert connecting.map(customers=[choice]).status == 200

    pay(lease)
    connecting.pump()

    [tenant] = tenants(connecting)
    assert (tenant["customer_id"], tenant["matched_by"]) == (chosen, "PERSON")
    assert connecting.server.books


def test_unknown_customers_and_tenants_are_named(connecting, lease, world):
    connecting.connect()
    customers = [
        {"tenant_id": str(lease.client.organization_id), "customer_id": "nobody"},
        {"tenant_id": str(world.client().organization_id), "customer_id": None},
    ]

    reply = call(change_integration, as_=connecting.owner, path=connecting.path, body={"customers": customers})

    assert (reply.status, reply.fields) == (400, ["customers.0.customer_id", "customers.1.tenant_id"])


def test_two_customers_with_the_name_wait_for_a_choice(zoho, world):
    lease = Lease(world, call, owner=zoho.owner)
    one, _ = zoho.server.customer(legal_name(lease)), zoho.server.customer(legal_name(lease))
    zoho.ready()
    pay(lease)
    zoho.pump()
    assert "2 customers with the name" in zoho.log(kind="INVOICE")[0]["reason"]

    zoho.map(customers=[{"tenant_id": str(lease.client.organization_id), "customer_id": one}])
    zoho.pump()

    zoho.ties()


def test_many_documents_go_in_several_batches(connecting, world):
    connecting.connect()
    lease = Lease(world, call, owner=connecting.owner, months=24)
    for number in range(24):
        pay(lease, number)

    connecting.map()
    connecting.pump(times=60)

    assert connecting.shown()["documents"] == {"waiting": 0, "sent": 48, "refused": 0}
    connecting.ties()


def test_retrying_what_is_not_in_the_log_is_not_found(connecting, world):
    connecting.ready()
    body = {"document_ids": [str(world.owner().id)]}
    assert call(retry_documents, as_=connecting.owner, path=connecting.path, body=body).status == 404
