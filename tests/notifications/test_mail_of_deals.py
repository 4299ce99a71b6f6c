"""Which mail goes to whom at each step of a deal, and what its two forms say."""

import html
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from functions.contracts.decline_contract import decline_contract
from functions.leasing.activate_contract import activate_contract
from functions.leasing.render_lease import render_lease
from functions.leasing.request_signatures import request_signatures
from functions.leasing.schedule_payments import schedule_payments
from functions.leasing.void_contract import void_contract
from functions.notifications.compose_mail import compose_mail
from functions.payments.advance_payments import advance_payments
from functions.payments.issue_invoices import issue_invoices
from functions.payments.list_payments import list_payments
from functions.payments.record_payment import record_payment
from functions.payments.remind_payers import remind_payers
from functions.users.update_profile import update_profile
from shared.kit.catalog import Role
from shared.kit.ids import new_id
from tests.auth.mailbox import mails
from tests.bids.negotiation import Negotiation
from tests.leasing.deal import Deal

WEB = "http://localhost:3000"


@pytest.fixture
def told(world, invoke):
    """The mails of a thing's latest event of that name, by address."""

    def told(thing, name):
        mails()
        event = [event for event in world.event_details(thing) if event["name"] == name][-1]
        return of(event)

    def of(event):
        assert invoke(compose_mail, event) == []
        found = mails()
        assert len({mail["to"] for mail in found}) == len(found), "somebody got two"
        return {mail["to"]: mail for mail in found}

    told.of = of
    return told


@pytest.fixture
def bid(world, call):
    return Negotiation(world, call, name="Office Suite 101", offer={"valid_until": "2027-01-15"})


@pytest.fixture
def deal(world, call):
    return Deal(world, call)


def says(mail, *facts):
    """Whether both of its forms say all of this."""
    shown = html.unescape(mail["html"])
    return all(fact in mail["text"] and fact in shown for fact in facts)


def name_of(world, deal):
    return world.sql("SELECT name FROM spaces WHERE id = %(id)s", id=deal.space)[0]["name"]


def test_a_new_bid_is_mailed_to_the_owners_side_as_source_000_words_it(world, bid, told):
    agent, finance = world.colleague(bid.owner, Role.AGENT), world.colleague(bid.owner, Role.FINANCIAL_OFFICER)

    found = told(bid.bid, "bid.placed")

    assert set(found) == {bid.owner.email, agent.email}
    assert finance.email not in found
    mail = found[bid.owner.email]
    assert mail["subject"] == "New Bid on Office Suite 101"
    lines = mail["text"].splitlines()
    assert lines[:5] == [
        f"Hello {bid.owner.name},",
        "",
        "A new bid has been placed on Office Suite 101:",
        "- Bid Amount: $4,500.00/month",
        f"- Client: {bid.client.name}",
    ]
    assert f"- View Bid: {WEB}/bids/{bid.bid}" in lines
    assert says(mail, "$4,500.00/month", bid.client.name, "1 February 2027", "12 months", "15 January 2027")
    assert f'href="{WEB}/bids/{bid.bid}"' in mail["html"]


def test_a_counter_offer_is_mailed_to_the_client_and_a_revision_to_the_owner(bid, told):
    bid.counter(4800)
    countered = told(bid.bid, "bid.countered")
    bid.revise(Decimal("4650.50"))
    revised = told(bid.bid, "bid.revised")

    assert set(countered) == {bid.client.email}
    mail = countered[bid.client.email]
    assert mail["subject"] == "Counter-offer for Office Suite 101"
    assert says(mail, "Your bid on Office Suite 101", "$4,800.00/month", "$4,500.00/month", f"{WEB}/bids/{bid.bid}")
    assert set(revised) == {bid.owner.email}
    assert revised[bid.owner.email]["subject"] == "Bid revised on Office Suite 101"
    assert says(revised[bid.owner.email], "$4,650.50/month", bid.client.name)


@pytest.mark.parametrize(
    ("move", "event", "subject", "opening"),
    [
        ("approve", "bid.approved", "Bid approved: Office Suite 101", "Your bid on Office Suite 101 has been approved"),
        ("reject", "bid.rejected", "Bid rejected: Office Suite 101", "Your bid on Office Suite 101 has been rejected"),
    ],
)
def test_a_decision_is_mailed_to_the_client_and_the_owners_colleagues(world, bid, told, move, event, subject, opening):
    colleague = world.colleague(bid.owner)
    getattr(bid, move)("Thank you\nall")

    found = told(bid.bid, event)

    assert set(found) == {bid.client.email, colleague.email}
    assert found[bid.client.email]["subject"] == subject
    assert says(found[bid.client.email], opening, "$4,500.00/month")
    assert says(found[colleague.email], opening.replace("Your", "A"))
    assert says(found[bid.client.email], "Thank you all") or move == "approve"


def test_an_accepted_counter_offer_is_mailed_to_the_owner(bid, told):
    bid.counter(4800)
    bid.accept()

    found = told(bid.bid, "bid.approved")

    assert set(found) == {bid.owner.email}
    assert found[bid.owner.email]["subject"] == "Counter-offer accepted: Office Suite 101"
    assert says(found[bid.owner.email], "The client has accepted your counter-offer", "$4,800.00/month")


def test_a_withdrawal_is_mailed_to_the_owner(bid, told):
    bid.withdraw("Found another")

    found = told(bid.bid, "bid.withdrawn")

    assert set(found) == {bid.owner.email}
    assert found[bid.owner.email]["subject"] == "Bid withdrawn: Office Suite 101"
    assert says(found[bid.owner.email], "A bid on Office Suite 101 has been withdrawn", "Found another")


def test_each_side_is_asked_to_sign_when_it_is_its_turn(world, deal, told):
    agent = world.colleague(deal.owner, Role.AGENT)
    space = name_of(world, deal)
    deal.run(render_lease, request_signatures)

    asked = told(deal.contract, "contract.signature_requested")
    deal.sign(deal.client)
    next_up = told(deal.contract, "contract.signed")

    assert set(asked) == {deal.owner.email, deal.client.email}
    assert agent.email not in asked
    mail = asked[deal.client.email]
    assert mail["subject"] == f"Please sign the lease for {space}"
    assert says(mail, "waiting for your signature", "$5,000.00/month", "1 February 2027", "31 January 2028")
    assert says(mail, f"{WEB}/contracts/{deal.contract}", "Sign Before")
    assert asked[deal.owner.email]["subject"] == f"The lease for {space} is out for signature"
    assert set(next_up) == {deal.owner.email}
    assert next_up[deal.owner.email]["subject"] == f"Please sign the lease for {space}"


def test_signers_in_docusign_get_no_email_to_sign_on_the_platform(world, deal, told):
    world.sql(
        "UPDATE organizations SET signature_provider = 'DOCUSIGN' WHERE id = %(id)s RETURNING id",
        id=deal.owner.organization_id,
    )
    deal.run(render_lease, request_signatures)

    mail = told(deal.contract, "contract.signature_requested")[deal.client.email]
    assert says(mail, "DocuSign e-mails the signers", "Review the Lease")
    assert "Review and Sign" not in mail["text"]


def test_the_executed_lease_is_mailed_to_both_sides_once(world, deal, told):
    deal.signed()

    assert told(deal.contract, "contract.signed") == {}
    found = told(deal.contract, "contract.fully_signed")

    # Whoever signed last too: the lease's parties keep this mail.
    assert set(found) == {deal.owner.email, deal.client.email}
    for mail in found.values():
        assert mail["subject"] == f"Lease executed: {name_of(world, deal)}"
        assert says(mail, "Both sides have signed the lease", "$5,000.00/month", f"{WEB}/contracts/{deal.contract}")


def test_a_cancelled_deal_is_mailed_to_both_sides_with_its_reason(world, call, deal, told):
    deal.run(render_lease, request_signatures)
    call(decline_contract, as_=deal.client, path={"contract_id": deal.contract}, body={"reason": "Too dear <b>now</b>"})
    deal.run(void_contract)

    found = told(deal.contract, "contract.voided")

    assert set(found) == {deal.owner.email, deal.client.email}
    assert found[deal.client.email]["subject"] == f"Lease cancelled: {name_of(world, deal)}"
    assert says(found[deal.client.email], "was cancelled", "Too dear <b>now</b>")
    assert "<b>" not in found[deal.client.email]["html"]
    assert says(found[deal.owner.email], "Neither side is bound by it.")
    sql = "SELECT client_party ->> 'legal_name' AS name FROM contracts WHERE id = %(id)s"
    [client] = world.sql(sql, id=deal.contract)
    today = f"{datetime.now(UTC):%-d %B %Y}"
    assert says(found[deal.client.email], "Declined by", client["name"], "Declined on", today)


@pytest.fixture
def payment(world, call, deal):
    """The first payment of an executed lease, and the events of it that the day jobs tell."""
    deal.signed().run(schedule_payments, activate_contract)

    class Payment:
        space = name_of(world, deal)
        row = call(list_payments, as_=deal.owner).json["data"][0]
        id = row["id"]
        due = f"{date.fromisoformat(row['due_date']):%-d %B %Y}"

        def event(self, name, **changes):
            names = ("contract_id", "owner_organization_id", "client_organization_id", "charge", "currency", "due_date")
            money = {"amount": 5000, "tax_amount": 0, "paid_amount": 0, "status": "SCHEDULED"}
            return {
                "id": new_id(),
                "name": name,
                "object_id": self.id,
                "data": {each: self.row[each] for each in names} | money | changes,
                "correlation_id": "c",
                "actor": None,
                "occurred_at": "2026-01-01T00:00:00Z",
            }

        def record(self, amount):
            body = {"paid_date": "2026-01-15", "payment_method": "cheque", "amount": amount}
            reply = call(record_payment, as_=deal.owner, path={"payment_id": self.id}, body=body)
            assert reply.status == 200, reply.body

    mails()
    return Payment()


def test_an_invoice_is_mailed_with_its_number_tax_and_due_day(deal, payment, told):
    found = told.of(payment.event("payment.invoiced", invoice_number=7, tax_amount="400.00"))

    assert set(found) == {deal.owner.email, deal.client.email}
    mail = found[deal.client.email]
    assert mail["subject"] == f"Invoice INV-000007 for {payment.space}"
    assert says(mail, "$5,400.00", "$400.00", payment.due, f"{WEB}/payments/{payment.id}")


def test_a_payment_that_is_due_soon_is_mailed_to_the_client_alone(deal, payment, told):
    found = told.of(payment.event("payment.due_soon", paid_amount=2000, open_amount=3000, days_until_due=3))

    assert set(found) == {deal.client.email}
    assert found[deal.client.email]["subject"] == f"Payment for {payment.space} is due on {payment.due}"
    assert says(found[deal.client.email], "Your payment of $3,000.00", f"is due on {payment.due}, in 3 days.")
    [last] = told.of(payment.event("payment.due_soon", open_amount=5000, days_until_due=1)).values()
    assert says(last, f"is due on {payment.due}, tomorrow.")


def test_an_overdue_payment_is_mailed_to_both_sides_and_no_agent(world, deal, payment, told):
    agent, finance = world.colleague(deal.owner, Role.AGENT), world.colleague(deal.owner, Role.FINANCIAL_OFFICER)

    found = told.of(payment.event("payment.overdue"))

    assert set(found) == {deal.owner.email, finance.email, deal.client.email}
    assert agent.email not in found
    assert found[deal.client.email]["subject"] == f"Payment overdue: {payment.space}"
    assert says(found[deal.client.email], f"Your payment of $5,000.00 for {payment.space} was due on {payment.due}")
    assert says(found[finance.email], "A payment of $5,000.00", payment.due)


def test_the_mail_of_a_receipt_shows_the_received_and_outstanding_amounts(deal, payment, told):
    payment.record(2000)
    partly = told(payment.id, "payment.recorded")
    payment.record(Decimal("3000.50"))
    fully = told(payment.id, "payment.recorded")

    assert set(partly) == set(fully) == {deal.client.email}
    assert partly[deal.client.email]["subject"] == f"Receipt: payment for {payment.space}"
    assert says(partly[deal.client.email], "$2,000.00", "$5,000.00", "Outstanding", "$3,000.00")
    assert says(fully[deal.client.email], "settled in full")
    assert (
        "- Received: $3,000.50\n- Kept as Credit: $0.50\n- Paid So Far: $5,000.00\n" in fully[deal.client.email]["text"]
    )
    assert "Credit" not in partly[deal.client.email]["text"]
    assert "Outstanding" not in fully[deal.client.email]["text"]


def test_a_credit_on_what_is_paid_leaves_nothing_open(deal, payment, told):
    note = {"credit_note_number": 1, "credit_note_amount": 100}
    found = told.of(payment.event("payment.credited", **note, paid_amount=5000, credited_amount=100))

    assert says(found[deal.client.email], "CN-000001", "$100.00")
    assert all("Outstanding" not in mail["text"] for mail in found.values())


def test_the_events_of_the_daily_jobs_are_mailed(world, deal, payment, told):
    """What the jobs tell is what the mails are written from."""
    ahead = (date.fromisoformat(payment.row["due_date"]) - world.sql("SELECT app.today('UTC') AS day")[0]["day"]).days
    with world.clock_moved(ahead - 3):
        issue_invoices({}, None)
        remind_payers({}, None)
    with world.clock_moved(ahead + 1):
        advance_payments({}, None)

    [invoice] = world.sql("SELECT number FROM invoices WHERE payment_id = %(id)s", id=payment.id)
    invoiced = told(payment.id, "payment.invoiced")[deal.client.email]
    assert invoiced["subject"] == f"Invoice INV-{invoice['number']:06d} for {payment.space}"
    assert says(told(payment.id, "payment.due_soon")[deal.client.email], "$5,000.00", payment.due)
    assert says(told(payment.id, "payment.overdue")[deal.client.email], "$5,000.00", payment.due)


def test_a_reversed_payment_is_mailed_as_open_again(deal, payment, told):
    found = told.of(payment.event("payment.reversed"))

    assert found[deal.client.email]["subject"] == f"Payment reversed: {payment.space}"
    assert says(found[deal.client.email], "has been reversed", "$5,000.00")


def test_users_who_opted_out_get_no_mails_about_deals(world, call, bid, told):
    colleague = world.colleague(bid.owner)
    call(update_profile, as_=bid.owner, body={"notification_preferences": {"email": False}})

    assert set(told(bid.bid, "bid.placed")) == {colleague.email}


def test_users_who_opted_out_still_get_mails_about_their_account(world, call, told):
    client = world.client()
    call(update_profile, as_=client, body={"notification_preferences": {"email": False}})
    event = {
        "id": new_id(),
        "name": "user.password_changed",
        "object_id": client.id,
        "data": {"user_id": str(client.id)},
        "correlation_id": "c",
        "actor": None,
        "occurred_at": "2026-01-01T00:00:00Z",
    }

    found = told.of(event)

    assert found[client.email]["subject"] == "Your password was changed"
    assert "Choose which e-mails you receive" not in found[client.email]["html"]


def test_removed_and_suspended_users_get_no_mails(world, bid, told):
    gone, suspended = world.colleague(bid.owner), world.colleague(bid.owner)
    world.sql("UPDATE users SET deleted_at = now() WHERE id = %(id)s", id=gone.id)
    world.sql("UPDATE users SET status = 'SUSPENDED' WHERE id = %(id)s", id=suspended.id)

    assert set(told(bid.bid, "bid.placed")) == {bid.owner.email}


def test_names_in_a_mail_are_escaped_and_stay_on_one_line(world, call, told):
    owner = world.owner(name="Olga\r\nBcc: all@example.com")
    bid = Negotiation(world, call, owner=owner, name="Suite\r\nSubject: <script>alert(1)</script>\u2028x")

    mail = told(bid.bid, "bid.placed")[owner.email]

    assert mail["subject"] == "New Bid on Suite Subject: <script>alert(1)</script> x"
    assert mail["text"].splitlines()[0] == "Hello Olga Bcc: all@example.com,"
    assert "<script" not in mail["html"]
    assert "&lt;script&gt;" in mail["html"]


def test_a_mail_is_in_its_recipients_language(world, call, bid, told):
    colleagues = {language: world.colleague(bid.owner) for language in ("de", "fr", "es")}
    for language, colleague in colleagues.items():
        call(update_profile, as_=colleague, body={"language": language})

    found = told(bid.bid, "bid.placed")

    german, french, spanish = (found[colleagues[language].email] for language in ("de", "fr", "es"))
    assert german["subject"] == "Neues Angebot für Office Suite 101"
    assert german["text"].splitlines()[:5] == [
        f"Guten Tag {colleagues['de'].name},",
        "",
        "Für Office Suite 101 wurde ein neues Angebot abgegeben:",
        "- Gebotene Miete: 4.500,00\u00a0USD/Monat",
        f"- Mieter: {bid.client.name}",
    ]
    assert says(german, "1. Februar 2027", "12 Monate", "15. Januar 2027", "Angebot ansehen")
    assert '<html lang="de">' in german["html"]
    assert french["subject"] == "Nouvelle offre pour Office Suite 101"
    assert "- Loyer proposé : 4\u202f500,00\u00a0USD par mois" in french["text"].splitlines()
    assert says(french, "1er février 2027", "12 mois")
    assert spanish["subject"] == "Nueva oferta por Office Suite 101"
    assert spanish["text"].splitlines()[0] == f"Hola, {colleagues['es'].name}:"
    assert says(spanish, "1 de febrero de 2027", "4.500,00\u00a0USD al mes")
    assert found[bid.owner.email]["subject"] == "New Bid on Office Suite 101"


@pytest.mark.parametrize("language", ["de", "fr", "es"])
def test_the_mail_of_an_invoice_names_the_charge_in_each_language(call, deal, payment, told, language):
    call(update_profile, as_=deal.client, body={"language": language})

    mail = told.of(payment.event("payment.invoiced", invoice_number=7, tax_amount="400.00"))[deal.client.email]

    rate = {"de": "Miete, Rate 1 von 12", "fr": "Loyer, échéance 1 sur 12", "es": "Renta, cuota 1 de 12"}[language]
    assert says(mail, rate, "INV-000007")


@pytest.mark.parametrize("language", ["en", "de", "fr", "es"])
def test_names_are_never_markup_in_any_language(world, call, told, language):
    owner = world.owner(name="<b>Olga</b> & %(space)s {x}")
    call(update_profile, as_=owner, body={"language": language})
    bid = Negotiation(world, call, owner=owner, name="Suite <i>%(name)s {bid_amount}</i>")

    mail = told(bid.bid, "bid.placed")[owner.email]

    assert "<b>" not in mail["html"] and "<i>" not in mail["html"]
    assert says(mail, "<b>Olga</b> & %(space)s {x}", "Suite <i>%(name)s {bid_amount}</i>")
