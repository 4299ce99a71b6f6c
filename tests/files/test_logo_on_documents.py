"""The owner's logo stands on leases and on the documents of their money, as it was when they were issued."""

import io

import pytest
from pypdf import PdfReader

from functions.contracts.download_contract import download_contract
from functions.contracts.download_statement import download_statement
from functions.leasing.activate_contract import activate_contract
from functions.leasing.schedule_payments import schedule_payments
from functions.organizations.update_organization import update_organization
from functions.payments.credit_invoice import credit_invoice
from functions.payments.download_credit_note import download_credit_note
from functions.payments.download_invoice import download_invoice
from functions.payments.download_receipt import download_receipt
from functions.payments.list_invoices import list_invoices
from functions.payments.list_payments import list_payments
from functions.payments.record_payment import record_payment
from functions.payments.render_documents import render_documents
from tests.files.pictures import picture, stored, upload
from tests.leasing.deal import Deal


def logos(document):
    """The pictures on the first page, by width and height."""
    return [image.image.size for image in PdfReader(io.BytesIO(document)).pages[0].images]


@pytest.fixture
def deal(world, call):
    return Deal(world, call)


def set_logo(call, owner, **changes):
    logo = upload(owner, picture(**changes), purpose="ORGANIZATION_LOGO", content_type="image/png").json
    assert call(update_organization, as_=owner, body={"logo_id": logo["id"]}).status == 200
    return logo


def issued(call, deal):
    """The first installment's invoice."""
    payment = call(list_payments, as_=deal.client, query={"limit": 1}).json["data"][0]["id"]
    body = {"paid_date": "2026-01-15", "payment_method": "cheque"}
    assert call(record_payment, as_=deal.owner, path={"payment_id": payment}, body=body).status == 200
    return call(download_invoice, as_=deal.client, path={"payment_id": payment})


def test_a_lease_and_its_invoices_show_the_owners_logo(world, call):
    owner = world.owner()
    set_logo(call, owner, kind="PNG", size=(120, 60))
    deal = Deal(world, call, owner=owner)

    lease = call(download_contract, as_=deal.client, path={"contract_id": deal.contract})
    deal.signed().run(schedule_payments, activate_contract)
    invoice = issued(call, deal)

    assert (lease.status, logos(lease.body)) == (200, [(120, 60)])
    assert (invoice.status, logos(invoice.body)) == (200, [(120, 60)])


@pytest.mark.parametrize("is_stored", [True, False], ids=["as stored", "as asked for"])
def test_receipts_credit_notes_and_statements_show_it_too(world, call, invoke, is_stored):
    owner = world.owner()
    set_logo(call, owner, kind="PNG", size=(120, 60))
    deal = Deal(world, call, owner=owner)
    deal.signed().run(schedule_payments, activate_contract)
    issued(call, deal)
    [invoice] = call(list_invoices, as_=owner, query={"kind": "INVOICE"}).json["data"]
    path, body = {"invoice_id": invoice["id"]}, {"amount": 1, "reason": "The lift was out of order"}
    note = call(credit_invoice, as_=owner, path=path, body=body).json
    if is_stored:
        told = world.event_details(invoice["payment_id"])
        assert invoke(render_documents, *(one for one in told if one["name"] in render_documents.operation.hears)) == []

    receipt = call(download_receipt, as_=deal.client, path={"payment_id": invoice["payment_id"]})
    credited = call(download_credit_note, as_=deal.client, path={"credit_note_id": note["id"]})
    statement = call(download_statement, as_=deal.client, path={"contract_id": deal.contract})

    assert [logos(reply.body) for reply in (receipt, credited, statement)] == [[(120, 60)]] * 3


def test_a_later_invoice_shows_the_later_logo_and_the_lease_stays_as_it_was(world, call, deal):
    deal.signed().run(schedule_payments, activate_contract)
    set_logo(call, deal.owner, kind="PNG", size=(80, 80))

    lease = call(download_contract, as_=deal.client, path={"contract_id": deal.contract})

    assert logos(lease.body) == []
    assert logos(issued(call, deal).body) == [(80, 80)]


def test_a_link_to_somebody_elses_picture_is_not_followed(world, call, deal):
    deal.signed().run(schedule_payments, activate_contract)
    body = {"logo_url": "https://cdn.example.com/media/logo.png"}
    assert call(update_organization, as_=deal.owner, body=body).status == 200

    invoice = issued(call, deal)

    assert (invoice.status, logos(invoice.body)) == (200, [])
    assert not [key for key in stored() if "cdn.example.com" in key]
