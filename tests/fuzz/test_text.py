"""Text is stored as it came, or refused by its name; it never becomes a line of a log or a header (quality 57).

A story per operation that keeps text sends all of its fields at once, and looks for them in the database.
"""

import json
import re
from io import StringIO
from itertools import count

import pytest

from functions.admin.add_note import add_note
from functions.admin.make_announcement import make_announcement
from functions.admin.suspend_user import suspend_user
from functions.auth.accept_invitation import accept_invitation
from functions.auth.register import register
from functions.bids.counter_bid import counter_bid
from functions.bids.place_bid import place_bid
from functions.bids.reject_bid import reject_bid
from functions.bids.revise_bid import revise_bid
from functions.bids.withdraw_bid import withdraw_bid
from functions.buildings.create_building import create_building
from functions.buildings.update_building import update_building
from functions.buildings.update_floor import update_floor
from functions.contractors.change_contractor_profile import change_contractor_profile
from functions.contracts.decline_contract import decline_contract
from functions.contracts.download_contract import download_contract
from functions.contracts.sign_contract import sign_contract
from functions.contracts.terminate_contract import terminate_contract
from functions.flags.change_flag import change_flag
from functions.journal.change_accounts import change_accounts
from functions.journal.list_accounts import list_accounts
from functions.leasing.activate_contract import activate_contract
from functions.leasing.render_lease import render_lease
from functions.leasing.request_signatures import request_signatures
from functions.leasing.schedule_payments import schedule_payments
from functions.maintenance.add_cost import add_cost
from functions.maintenance.add_thread import add_thread
from functions.maintenance.answer_assignment import answer_assignment
from functions.maintenance.assign_ticket import assign_ticket
from functions.maintenance.create_maintenance_plan import create_maintenance_plan
from functions.maintenance.get_ticket import get_ticket
from functions.maintenance.invite_contractors import invite_contractors
from functions.maintenance.quote_ticket import quote_ticket
from functions.maintenance.rate_ticket import rate_ticket
from functions.maintenance.update_maintenance_plan import update_maintenance_plan
from functions.maintenance.update_ticket import update_ticket
from functions.messages.add_message import add_message
from functions.messages.intervene import intervene
from functions.messages.list_messages import list_messages
from functions.messages.open_conversation import open_conversation
from functions.messages.report_message import report_message
from functions.messages.send_message import send_message
from functions.notifications.compose_mail import compose_mail
from functions.notifications.notify_absent import notify_absent
from functions.organizations.invite_member import invite_member
from functions.organizations.update_organization import update_organization
from functions.payments.apply_deposit import apply_deposit
from functions.payments.cancel_payment_plan import cancel_payment_plan
from functions.payments.create_payment_plan import create_payment_plan
from functions.payments.credit_invoice import credit_invoice
from functions.payments.list_invoices import list_invoices
from functions.payments.list_payments import list_payments
from functions.payments.record_payment import record_payment
from functions.payments.refund_credit import refund_credit
from functions.payments.return_deposit import return_deposit
from functions.payments.reverse_payment import reverse_payment
from functions.payments.reverse_refund import reverse_refund
from functions.payments.reverse_transfer import reverse_transfer
from functions.payments.reverse_write_off import reverse_write_off
from functions.payments.send_invoice import send_invoice
from functions.payments.transfer_credit import transfer_credit
from functions.payments.waive_payment import waive_payment
from functions.payments.write_off_payment import write_off_payment
from functions.search.save_search import save_search
from functions.spaces.create_space import create_space
from functions.spaces.update_space import update_space
from functions.taxes.change_tax_code import change_tax_code
from functions.users.update_profile import update_profile
from functions.webhooks.create_webhook import create_webhook
from functions.webhooks.update_webhook import update_webhook
from shared.kit.catalog import Role
from shared.kit.log import logger
from tests.auth.mailbox import mails_to, token_in
from tests.call import call, invoke, other_id
from tests.fuzz.places import Place, places
from tests.leasing.deal import Deal
from tests.maintenance.tickets import House
from tests.payments.lease import Lease

TEXTS = places(lambda place: place.is_a(type="string") and not place.is_query)
LABELS = places(
    lambda place: any("none that is invisible" in one.get("description", "") for one in place.alternatives())
)
ASKED_TEXTS = places(lambda place: place.is_a(type="string") and place.is_query)
NO_TEXT = {"NUL": '"a\\u0000b"', "half a surrogate pair": '"a\\ud83cb"', "its other half": '"\\udfe2"'}

# Right to left, quotes of every kind, SQL, LIKE, a template, an emoji, a combining accent that NFC would join, spaces
# at both ends. Free text also keeps CRLF and what would be a header.
NASTY = " שלום \"'`\\ %_ '; DROP TABLE bids; -- ${7*7} {{7*7}} <b>&amp; 🏢 e\u0301 "
_numbers = count(1)


LINES = "\r\nSet-Cookie: a=1\r\n\r\n\t"
UNSEEN = ["\n", "\x1f", "\x7f", "\x85", "\u200b", "\u202e", "\u2028", "\u2060", "\u2066", "\ufeff", "\u200d "]


def nasty(most: int = 255) -> str:
    """A text that no other field has."""
    return f"{next(_numbers)}{NASTY}"[: most - 1] + "!"


def nasty_lines(most: int = 255) -> str:
    """A text of several lines that no other field has."""
    return f"{next(_numbers)}{LINES}{NASTY}"[: most - 1] + "!"


@pytest.mark.parametrize("what", NO_TEXT)
@pytest.mark.parametrize("place", TEXTS, ids=str)
def test_text_that_postgresql_cannot_store_is_refused_with_its_field(place: Place, what, anybody, leaves_no_trace):
    reply = place.send(anybody, NO_TEXT[what])

    assert (reply.status, reply.fields) == (400, [place.field])


@pytest.mark.parametrize("place", LABELS, ids=str)
def test_invisible_characters_and_blanks_are_refused_in_names_reasons_and_references(
    place: Place, anybody, leaves_no_trace
):
    for text in ["   ", *(f"a{unseen}b" for unseen in UNSEEN)]:
        reply = place.send(anybody, json.dumps(text))

        assert (reply.status, reply.fields) == (400, [place.field]), text


def test_every_reason_and_reference_is_held_to_the_rule_of_names():
    """But for a note of our support's, which nobody prints and which may have several lines."""
    said = {str(place) for place in TEXTS if place.field in ("reason", "transaction_reference")}

    assert said - {str(place) for place in LABELS} == {"suspend_user-reason"}


@pytest.mark.parametrize("place", ASKED_TEXTS, ids=str)
def test_text_that_postgresql_cannot_store_is_refused_in_queries(place: Place, anybody, leaves_no_trace):
    reply = place.send(anybody, "a\x00b")

    assert (reply.status, reply.fields) == (400, [place.field])


@pytest.mark.parametrize("name", ["\\u0000", "\\ud83c", "a\\r\\nSet-Cookie: b=1", "\\u202e"])
def test_an_unknown_field_of_any_name_is_refused(name, world):
    client = world.client()

    reply = call(place_bid, as_=client, body=f'{{"space_id": "{other_id()}", "bid_amount": 1, "{name}": 1}}')

    assert (reply.status, len(reply.fields)) == (400, 1)
    reply.body.decode()


def stored(world, *values: str) -> bool:
    """Whether each of these stands somewhere in the database, sign by sign."""
    columns = world.sql(
        """SELECT table_name AS t, column_name AS c, data_type AS kind FROM information_schema.columns
           WHERE table_schema = 'public' AND data_type IN ('text', 'character varying', 'jsonb')
             AND table_name NOT IN ('outbox', 'audit_logs', 'idempotency_keys')"""
    )
    found = "jsonb_path_exists({c}, '$.** ? (@ == $v)', jsonb_build_object('v', %(v)s::text))"
    tests = [
        f"SELECT FROM {one['t']} WHERE "
        + (found.format(c=one["c"]) if one["kind"] == "jsonb" else f"{one['c']} = %(v)s")
        for one in columns
    ]
    return all(world.sql(f"SELECT 1 AS it WHERE EXISTS ({') OR EXISTS ('.join(tests)})", v=value) for value in values)


@pytest.fixture
def out(monkeypatch):
    """After the test: each line that was logged is one JSON object."""
    (handler,) = logger.handlers
    monkeypatch.setattr(handler, "stream", lines := StringIO())
    level = logger.log_level
    logger.setLevel("INFO")
    yield
    logger.setLevel(level)
    assert lines.getvalue()
    for line in lines.getvalue().splitlines():
        assert isinstance(json.loads(line), dict)


def does(endpoint, **asked):
    """The answer, which is none of a refusal, and whose headers are one line each."""
    reply = call(endpoint, **asked)
    assert reply.status < 300, reply.body
    assert not [value for value in reply.headers.values() if re.search(r"[\r\n\x00]", value)]
    return reply


def test_hostile_text_in_a_registration_is_stored_unchanged(world, out):
    sent = {name: nasty() for name in ("name", "organization_name", "company", "title")} | {"phone": nasty_lines(20)}
    email = f"{other_id().hex}@example.com"
    body = {"email": email, "password": "Correct-Horse-7", "role": "OWNER"} | sent

    assert does(register, body=body).json["user"]["name"] == sent["name"]
    assert stored(world, *sent.values())


def test_hostile_text_in_a_profile_is_stored_unchanged(world, out):
    user = world.owner()
    sent = (
        {name: nasty() for name in ("name", "company", "title")} | {"bio": nasty_lines()} | {"phone": nasty_lines(20)}
    )
    skill, certificate, issuer = nasty(100), nasty(), nasty()

    body = sent | {"skills": [skill], "certifications": [{"name": certificate, "issuer": issuer}]}
    answered = does(update_profile, as_=user, body=body).json

    assert {name: answered[name] for name in sent} == sent
    assert stored(world, *sent.values(), skill, certificate, issuer)


def test_hostile_text_in_an_organization_is_stored_unchanged(world, out):
    sent = {name: nasty() for name in ("name", "legal_name")} | {"tax_id": nasty(64)}
    address = {part: nasty() for part in ("street", "city", "state")} | {"postal_code": nasty(20), "country": "USA"}
    logo = f"https://example.com/{other_id()}/ü'%_;--?a=b#c"

    account = {"holder": nasty(140), "bank": nasty(140), "routing_number": "021000021", "account_number": "12345678"}

    body = sent | {"address": address, "logo_url": logo, "bank_accounts": [account]}
    answered = does(update_organization, as_=world.owner(), body=body).json

    assert {name: answered[name] for name in sent} == sent
    assert (answered["address"], answered["logo_url"]) == (address, logo)
    assert answered["bank_accounts"][0].items() >= account.items()
    assert stored(world, *sent.values(), *address.values(), logo, account["holder"], account["bank"])


def test_hostile_text_in_a_chart_of_accounts_is_stored_unchanged(world, out):
    owner, account = world.owner(), {"role": "BANK", "code": nasty(64), "name": nasty()}

    does(change_accounts, as_=owner, body={"accounts": [account]})

    assert account in does(list_accounts, as_=owner).json["accounts"]
    [row] = world.sql("SELECT accounts FROM books WHERE organization_id = %(id)s", id=owner.organization_id)
    assert row["accounts"] == {"BANK": {name: account[name] for name in ("code", "name")}}


def test_hostile_text_in_a_tax_code_is_stored_unchanged(world, out):
    owner, reason = world.owner(), nasty()

    body = {"category": "EXEMPT", "reason": reason}
    assert does(change_tax_code, as_=owner, path={"code": "EX"}, body=body).json["reason"] == reason
    assert stored(world, reason)


def test_hostile_text_in_descriptions_of_webhooks_and_flags_is_stored_unchanged(world, out):
    owner, admin, texts = world.owner(), world.user(Role.SUPER_ADMIN), [nasty_lines() for _ in range(3)]

    body = {"url": "https://hooks.example.com/", "events": ["*"], "description": texts[0]}
    webhook = does(create_webhook, as_=owner, body=body).json
    path, body = {"webhook_id": webhook["id"]}, {"description": texts[1]}
    changed = does(update_webhook, as_=owner, path=path, body=body).json
    body = {"enabled": False, "description": texts[2]}
    flag = does(change_flag, as_=admin, path={"name": "nasty"}, body=body).json

    assert [one["description"] for one in (webhook, changed, flag)] == texts
    assert stored(world, texts[1])
    assert stored(world, texts[2])


def test_hostile_text_in_announcements_is_stored_unchanged(world, out):
    title, body = nasty(), nasty_lines()

    made = does(make_announcement, as_=world.user(Role.SUPER_ADMIN), body={"title": title, "body": body}).json

    assert (made["title"], made["body"]) == (title, body)
    assert invoke(notify_absent, *world.event_details(made["id"])) == []
    assert stored(world, title, body)


def test_hostile_text_in_messages_is_stored_unchanged(world, out):
    owner = world.owner()
    colleague, client, support = world.colleague(owner), world.client(), world.user(Role.SUPPORT)
    contents, subjects, reason = [nasty_lines() for _ in range(4)], [nasty() for _ in range(4)], nasty()
    news = [{"content": content, "subject": subject} for content, subject in zip(contents, subjects, strict=True)]

    sent = does(send_message, as_=owner, body=news[0] | {"receiver_id": colleague.id}).json
    path = {"conversation_id": sent["conversation_id"]}
    does(add_message, as_=colleague, path=path, body=news[1])
    does(intervene, as_=support, path=path, body=news[2])
    about = {"context": {"type": "SPACE", "id": world.space(owner)}}
    opened = does(open_conversation, as_=client, body=news[3] | about).json
    does(report_message, as_=colleague, path={"message_id": sent["message_id"]}, body={"reason": reason})

    shown = does(list_messages, as_=owner, path=path).json["data"]
    path = {"conversation_id": opened["conversation_id"]}
    shown = [*shown[::-1], *does(list_messages, as_=owner, path=path).json["data"]]
    assert [(one["content"], one["subject"]) for one in shown] == list(zip(contents, subjects, strict=True))
    assert stored(world, *contents, *subjects, reason)


def test_hostile_text_about_maintenance_is_stored_unchanged(world, out):
    house = House(world)
    contractor, names, lines = house.contractor(), [nasty() for _ in range(12)], [nasty_lines() for _ in range(7)]
    area = {"city": names[0][:100]}
    profile = {"trades": [names[1][:100]], "license_number": names[2][:100], "service_area": area}
    does(change_contractor_profile, as_=contractor, body=profile)
    ticket = house.report(title=names[3], description=lines[0])
    path = {"ticket_id": ticket["id"]}
    does(update_ticket, as_=house.owner, path=path, body={"title": names[4], "description": lines[1]})
    does(invite_contractors, as_=house.owner, path=path, body={"contractor_ids": [contractor.id]})
    quote = {"amount": 1, "currency": "USD", "notes": lines[2][:2000]}
    does(quote_ticket, as_=contractor, path=path, body=quote)
    does(assign_ticket, as_=house.owner, path=path, body={"contractor_id": contractor.id})
    does(answer_assignment, as_=contractor, path=path, body={"accept": True, "reason": names[5]})
    does(add_thread, as_=house.client, path=path, body={"message": lines[3]})
    for status in ("IN_PROGRESS", "RESOLVED"):
        does(update_ticket, as_=contractor, path=path, body={"status": status, "reason": names[6]})
    cost = {"supplier": names[7], "amount": 1, "currency": "USD", "date": "2026-01-15"}
    does(add_cost, as_=house.owner, path=path, body=cost)
    plan = {"building_id": house.building, "title": names[8], "description": lines[5], "checklist": [names[9]]}
    plan |= {"category": "OTHER", "priority": "LOW", "rrule": "FREQ=DAILY", "starts_on": "2026-01-15"}
    planned = does(create_maintenance_plan, as_=house.owner, body=plan).json
    changed = {"title": names[10], "description": lines[6], "checklist": [names[11]]}
    changed = does(update_maintenance_plan, as_=house.owner, path={"maintenance_plan_id": planned["id"]}, body=changed)
    assert (planned["title"], planned["description"], planned["checklist"]) == (names[8], lines[5], [names[9]])
    assert changed.json["checklist"] == [names[11]]
    does(rate_ticket, as_=house.client, path=path, body={"stars": 5, "comment": lines[4][:2000]})

    seen = does(get_ticket, as_=house.owner, path=path).json
    assert (seen["title"], seen["description"]) == (names[4], lines[1])
    assert [one["message"] for one in seen["threads"]] == [lines[3]]
    assert (seen["quotes"][0]["notes"], seen["rating"]["comment"]) == (lines[2][:2000], lines[4][:2000])
    kept = (*names[4:8], *names[10:], *lines[1:2], *lines[3:4], *lines[6:])
    assert stored(world, *(name[:100] for name in names[:3]), *kept)


def test_hostile_text_in_support_notes_is_stored_unchanged(world, out):
    admin, path, text, reason = (
        world.user(Role.SUPER_ADMIN),
        {"user_id": world.client().id},
        nasty_lines(),
        nasty_lines(),
    )

    assert does(add_note, as_=admin, path=path, body={"text": text}).json["text"] == text
    does(suspend_user, as_=admin, path=path, body={"reason": reason})
    assert stored(world, text, reason)


def test_hostile_text_in_a_saved_search_is_stored_unchanged(world, out):
    name, words, city, label = nasty(), nasty(100), nasty(100), nasty(100).replace(",", "")
    criteria = {"q": words, "city": city, "amenities": [label]}

    saved = does(save_search, as_=world.client(), body={"name": name, "criteria": criteria}).json

    assert (saved["name"], saved["criteria"]) == (name, criteria)
    assert stored(world, name, words, city, label)


def test_hostile_text_in_an_invited_users_name_is_stored_unchanged(world, invoke, out):
    email = f"{other_id().hex}@example.com"
    asked = does(invite_member, as_=world.owner(name=nasty()), body={"email": email, "role": "AGENT"}).json
    invoke(compose_mail, *world.event_details(asked["id"]))
    token, name = token_in(mails_to(email)[0]), nasty()

    body = {"token": token, "name": name, "password": "Correct-Horse-7"}

    assert does(accept_invitation, body=body).json["user"]["name"] == name
    assert stored(world, name)


def test_hostile_text_in_a_building_its_floors_and_spaces_is_stored_unchanged(world, out):
    owner = world.owner()
    building = space = {"id": None}
    for endpoint in (create_building, update_building):
        names = {"name": nasty(), "external_id": nasty(), "category": nasty(64)}
        address = {part: nasty() for part in ("street", "city", "state")} | {"postal_code": nasty(20), "country": "USA"}
        amenity = nasty(100)
        body = names | {"address": address, "amenities": [amenity], "total_floors": 1}
        path = {} if endpoint is create_building else {"path": {"building_id": building["id"]}}
        building = does(endpoint, as_=owner, body=body, **path).json
        assert {name: building[name] for name in names} == names
        assert building["address"] == address
        assert stored(world, *names.values(), *address.values(), amenity)

    floor, plan = building["floors"][0]["id"], f"https://example.com/{other_id()}/ü'%_;--?a=b#c"
    does(
        update_floor,
        as_=owner,
        path={"floor_id": floor},
        body={"floor_plan_url": plan, "amenities": [amenity := nasty(100)]},
    )
    assert stored(world, plan, amenity)

    for endpoint in (create_space, update_space):
        names = {"name": nasty(), "external_id": nasty()}
        body = names | {"amenities": [amenity := nasty(100)], "gross_sqft": 2, "usable_sqft": 1, "usage_type": "OFFICE"}
        more = {"path": {"space_id": space["id"]}} if endpoint is update_space else {}
        space = does(endpoint, as_=owner, body=body | ({} if more else {"floor_id": floor}), **more).json
        assert {name: space[name] for name in names} == names
        assert stored(world, *names.values(), amenity)


def test_hostile_text_in_a_bids_notes_is_stored_unchanged(world, out):
    owner, client = world.owner(), world.client()
    space, sent = world.space(owner), [nasty_lines() for _ in range(5)]

    def bid():
        body = {"space_id": space, "bid_amount": 1, "notes": sent[0]}
        return {"bid_id": does(place_bid, as_=client, body=body).json["id"]}

    path = bid()
    does(counter_bid, as_=owner, path=path, body={"counter_offer_amount": 2, "notes": sent[1]})
    does(revise_bid, as_=client, path=path, body={"bid_amount": 1, "notes": sent[2]})
    does(reject_bid, as_=owner, path=path, body={"notes": sent[3]})
    does(withdraw_bid, as_=client, path=bid(), body={"notes": sent[4]})

    assert stored(world, *sent)


def test_hostile_names_are_stored_and_printed_unchanged_in_a_deal(world, out):
    owner, client = world.owner(name=nasty()), world.client(name=nasty())
    for user in (owner, client):
        world.sql(
            "UPDATE organizations SET name = %(n)s, legal_name = %(n)s WHERE id = %(id)s",
            n=nasty_lines(),
            id=user.organization_id,
        )
    deal = Deal(world, call, owner=owner, client=client)
    deal.run(render_lease, request_signatures)
    path, signatures = {"contract_id": deal.contract}, [nasty(), nasty()]
    for user, signature in zip((client, owner), signatures, strict=True):
        does(sign_contract, as_=user, path=path, body={"signature": signature, "consent": True})
    deal.run(schedule_payments, activate_contract)
    assert does(download_contract, as_=client, path=path).body.startswith(b"%PDF")
    payment = {"payment_id": does(list_payments, as_=owner).json["data"][0]["id"]}
    money = {"paid_date": "2026-01-15", "payment_method": "cheque", "transaction_reference": nasty()}
    does(record_payment, as_=owner, path=payment, body=money)
    does(reverse_payment, as_=owner, path=payment, body={"reason": (reason := nasty(500))})

    assert stored(world, *signatures, money["transaction_reference"], reason)


def test_hostile_text_in_reasons_of_what_moves_money_is_stored_unchanged(world, out):
    lease = Lease(world, call)
    path, rent = {"contract_id": lease.contract}, {"payment_id": lease.rows()[0]["id"]}
    money = {"paid_date": "2026-01-15", "payment_method": "cheque"}
    texts = [nasty() for _ in range(7)]
    does(send_invoice, as_=lease.owner, path=rent)
    does(write_off_payment, as_=lease.owner, path=rent, body={"amount": 1, "reason": texts[0]})
    does(reverse_write_off, as_=lease.owner, path=rent, body={"reason": texts[1]})
    installments = [{"due_date": "2100-01-01", "amount": lease.rows()[-1]["owed"] - lease.rows()[-1]["paid_amount"]}]
    planned = {"payment_ids": [lease.rows()[-1]["id"]], "installments": installments}
    plan = does(create_payment_plan, as_=lease.owner, path=path, body=planned).json["id"]
    does(cancel_payment_plan, as_=lease.owner, path=path | {"plan_id": plan}, body={"reason": texts[5]})
    does(record_payment, as_=lease.owner, path=rent, body=money | {"amount": 100_000, "allow_credit": True})
    body = money | {"amount": 1, "transaction_reference": texts[2]}
    refund = does(refund_credit, as_=lease.owner, path=path, body=body).json["id"]
    does(reverse_refund, as_=lease.owner, path=path | {"refund_id": refund}, body={"reason": texts[3]})
    other = Lease(world, call, owner=lease.owner, client=lease.client).contract
    body = {"to_contract_id": other, "amount": 1}
    transfer = does(transfer_credit, as_=lease.owner, path=path, body=body).json["id"]
    does(reverse_transfer, as_=lease.owner, path=path | {"transfer_id": transfer}, body={"reason": texts[6]})
    world.sql(
        """UPDATE payments SET charge = 'INTEREST', installment_number = NULL, total_installments = NULL
           WHERE id = %(id)s""",
        id=rent["payment_id"],
    )
    does(waive_payment, as_=lease.owner, path=rent, body={"amount": 1, "reason": texts[4]})

    assert stored(world, *texts)


def test_hostile_text_in_reasons_at_the_end_of_a_deal_is_stored_unchanged(world, out):
    lease = Lease(world, call, deposit_months=1)
    path, reasons = {"contract_id": lease.contract}, [nasty() for _ in range(3)]
    [deposit] = lease.rows("DEPOSIT")
    money = {"paid_date": "2026-01-15", "payment_method": "cheque"}
    does(record_payment, as_=lease.owner, path={"payment_id": deposit["id"]}, body=money)
    rent = {"payment_id": lease.rows()[0]["id"]}
    does(record_payment, as_=lease.owner, path=rent, body=money)
    invoice = {"invoice_id": does(list_invoices, as_=lease.owner).json["data"][0]["id"]}
    does(credit_invoice, as_=lease.owner, path=invoice, body={"amount": 1, "reason": reasons[0]})
    body = {"effective_date": "2027-06-16", "reason": reasons[1]}
    does(terminate_contract, as_=lease.client, path=path, body=body)
    world.sql("UPDATE contracts SET status = 'TERMINATED' WHERE id = %(id)s", id=lease.contract)
    back = money | {"amount": 1, "transaction_reference": nasty()}
    does(return_deposit, as_=lease.owner, path=path, body=back)
    does(apply_deposit, as_=lease.owner, path=path, body={"amount": 1, "reason": reasons[2]})

    assert stored(world, *reasons, back["transaction_reference"])


def test_hostile_text_in_a_reason_to_decline_is_stored_unchanged(world, out):
    deal = Deal(world, call)
    deal.run(render_lease, request_signatures)

    does(
        decline_contract,
        as_=deal.client,
        path={"contract_id": deal.contract},
        body={"reason": (reason := nasty(500))},
    )

    assert stored(world, reason)


@pytest.mark.parametrize("value", ["a\r\nset-cookie: b=1", "a\nb", "\x00", "\u202e", "ä", "x" * 300, "a b", ""])
@pytest.mark.parametrize("header", ["x-correlation-id", "idempotency-key", "user-agent", "if-match", "x-forwarded-for"])
def test_hostile_request_headers_appear_in_no_response_header(header, value, world, out):
    owner = world.owner()
    path = {"building_id": world.building(owner)}

    reply = call(update_building, as_=owner, path=path, body={"category": "RETAIL"}, headers={header: value})

    assert reply.status == {"idempotency-key": 400, "if-match": 412}.get(header, 200)
    assert reply.headers["x-correlation-id"] != value
    assert not [each for each in reply.headers.values() if re.search(r"[\r\n\x00]", each)]


def test_every_free_text_field_is_covered_by_a_test():
    """A new one has to be put into the story of its operation."""
    free = {
        str(place)
        for place in TEXTS
        if not any(
            {"enum", "const", "format"} & set(one) or "://" in one.get("pattern", "") for one in place.alternatives()
        )
    }
    told = (
        {f"{name}-notes" for name in ("place_bid", "counter_bid", "revise_bid", "reject_bid", "withdraw_bid")}
        | {f"register-{name}" for name in ("name", "phone", "organization_name", "company", "title")}
        | {f"update_profile-{name}" for name in ("name", "phone", "company", "title", "bio", "skills.0")}
        | {f"update_organization-{name}" for name in ("name", "legal_name", "tax_id")}
        | {f"update_organization-bank_accounts.0.{name}" for name in ("holder", "bank")}
        | {f"update_organization-address.{part}" for part in ("street", "city", "state", "country", "postal_code")}
        | {"accept_invitation-name", "change_accounts-accounts.0.code", "change_accounts-accounts.0.name"}
        | {"change_tax_code-reason", "change_flag-description"}
        | {"make_announcement-title", "make_announcement-body"}
        # What is no number, no code or no token is refused: tests/phones/test_phones.py.
        | {"request_phone-phone", "confirm_phone-code", "register_device-token"}
        # An id that the provider has, or it is refused: tests/integrations/test_sending.py.
        | {"change_integration-customers.0.customer_id"}
        | {"create_webhook-description", "update_webhook-description"}
        | {f"update_profile-certifications.0.{name}" for name in ("name", "issuer")}
        | {
            f"{verb}_building-{name}"
            for verb in ("create", "update")
            for name in ("name", "external_id", "category", "amenities.0")
            + tuple(f"address.{part}" for part in ("street", "city", "state", "country", "postal_code"))
        }
        | {f"{verb}_space-{name}" for verb in ("create", "update") for name in ("name", "external_id", "amenities.0")}
        | {"update_floor-amenities.0", "sign_contract-signature", "decline_contract-reason"}
        | {"record_payment-transaction_reference", "reverse_payment-reason", "credit_invoice-reason"}
        | {"write_off_payment-reason", "reverse_write_off-reason", "refund_credit-transaction_reference"}
        | {"reverse_refund-reason", "waive_payment-reason", "cancel_payment_plan-reason"}
        | {"reverse_transfer-reason"}
        | {"terminate_contract-reason", "apply_deposit-reason", "return_deposit-transaction_reference"}
        | {f"{verb}-{name}" for verb in ("add_message", "intervene") for name in ("content", "subject")}
        | {f"{verb}-{name}" for verb in ("open_conversation", "send_message") for name in ("content", "subject")}
        | {"report_message-reason"}
        | {f"{verb}_ticket-{name}" for verb in ("create", "update") for name in ("title", "description")}
        | {
            "update_ticket-reason",
            "answer_assignment-reason",
            "add_thread-message",
            "quote_ticket-notes",
            "add_cost-supplier",
        }
        | {
            f"{verb}_maintenance_plan-{name}"
            for verb in ("create", "update")
            for name in ("title", "description", "checklist.0")
        }
        | {"rate_ticket-comment", "change_contractor_profile-license_number", "change_contractor_profile-trades.0"}
        | {"change_contractor_profile-service_area.city"}
        | {"add_note-text", "suspend_user-reason", "create_upload-file_name"}
        | {f"save_search-{name}" for name in ("name", "criteria.q", "criteria.city", "criteria.amenities.0")}
    )
    kept_by_nobody = {
        # Shown in the answer alone.
        "preview_termination-reason",
        # Compared, hashed or looked up, never stored as they came.
        *("accept_invitation-token", "confirm_password_reset-token", "verify_email-token", "refresh-refresh_token"),
        *("enable_second_factor-code", "disable_second_factor-code", "verify_second_factor-code"),
        *("verify_second_factor-mfa_token", "verify_second_factor-recovery_code", "exchange_oauth-code"),
        *("login-email", "request_password_reset-email", "sign_contract-document_sha256"),
        # Of a list that we hold.
        *("create_webhook-events.0", "update_webhook-events.0"),
        *("create_building-timezone", "update_building-timezone", "create_space-currency", "update_space-currency"),
        # A rule has no other signs.
        *("create_maintenance_plan-rrule", "update_maintenance_plan-rrule"),
        *("record_payment-currency", "quote_ticket-currency", "add_cost-currency", "save_search-criteria.currency"),
        # Of a format that leaves no room for anything else.
        *(f"update_organization-bank_accounts.0.{name}" for name in ("iban", "bic", "currency")),
        *(f"update_organization-bank_accounts.0.{name}" for name in ("routing_number", "account_number")),
        *(
            f"{operation}-tax_codes.RENT"
            for operation in (
                "place_bid",
                "counter_bid",
                "revise_bid",
                "preview_bid",
                "create_contract",
                "renew_contract",
            )
        ),
        # Two numbers.
        "save_search-criteria.near",
        # Two times of a day, and the name of a zone.
        *(f"update_notification_preferences-quiet_hours.{name}" for name in ("from", "to", "timezone")),
        # Of a server that takes files: what of it is shown again, and that no secret is, tests/exports says.
        *(f"change_export_schedule-destination.{name}" for name in ("host", "username", "directory", "host_key")),
        *(f"change_export_schedule-destination.{name}" for name in ("password", "private_key")),
        # An index of the owner's that has values: its name is one that publish_index took.
        *(f"{side}_bid-escalation.index.name" for side in ("place", "counter", "revise", "preview")),
        *("create_contract-escalation.index.name", "renew_contract-escalation.index.name"),
        # A word beside a decision; where it goes is the decision's story (tests/bids, tests/contracts).
        *("accept_counter-notes", "approve_bid-notes", "authorize_contract-notes"),
    }
    assert free == told | kept_by_nobody
