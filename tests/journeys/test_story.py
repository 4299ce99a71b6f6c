"""The story that the platform exists for, from two registrations to the last receipt, as both sides live it."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from local.platform import Platform
from tests.journeys.client import Ear, Person, connect, send, until
from tests.journeys.deals import Deal, new_building, new_space, place_bid, soon, today


@dataclass
class Story:
    """What was seen on the way."""

    deal: Deal
    placed: dict[str, Any]
    approved: dict[str, Any]
    offered_before: list[str]
    offered_while_held: list[str]
    availability_while_held: str
    lease: bytes
    signed: list[dict[str, Any]]
    contract: dict[str, Any]
    payment: dict[str, Any]
    owner: Ear
    client: Ear
    rival: Ear
    rivals_bid: dict[str, Any]


def offered(person: Person, building: Any) -> list[str]:
    found = person.get("/spaces", building_id=building["id"], availability_status="AVAILABLE")
    return [space["id"] for space in found["data"]]


@pytest.fixture(scope="module")
def story(platform: Platform) -> Iterator[Story]:
    olivia = Person(platform, "OWNER", organization_name="Stone Properties LLC")
    carl = Person(platform, "CLIENT", organization_name="Berg Analytics Inc")
    rita = Person(platform, "CLIENT", organization_name="Rival Robotics")
    with olivia.listening() as owner, connect(platform.ws_url) as bare, rita.listening() as rival:
        client = Ear(bare)
        assert client.ask("auth", {"token": carl.token}, "who-1")["data"]["user_id"] == carl.id
        building = new_building(olivia)
        space = new_space(olivia, building)
        offered_before = offered(carl, building)
        wish = {"space_id": space["id"], "bid_amount": 4800, "start_date": today().isoformat(), "term_months": 12}
        placed = client.ask("bid:place", wish, "bid-1")
        owner.hear("bid:status_changed", status="PENDING")
        rivals_bid = place_bid(rita, space, amount=4900)
        owner.hear("bid:status_changed", bid_id=rivals_bid["id"])

        deal = Deal.__new__(Deal)
        deal.owner, deal.client, deal.space = olivia, carl, space
        deal.bid = carl.get(f"/bids/{placed['data']['bid_id']}")
        approved = olivia.do("PUT", f"/bids/{deal.bid['id']}/approve", notes="Welcome")
        deal.contract_id = approved["contract_id"]
        offered_while_held, availability = offered(carl, building), deal.availability()
        client.hear("lease:generated")
        deal.reaches("PENDING_SIGNATURE")
        lease = carl.download(f"{deal.path}/download")
        signed = [deal.sign(carl), deal.sign(olivia)]
        contract = deal.reaches("ACTIVE")
        client.hear("notification:new", title="Lease in Force")
        first = deal.payments()[0]
        paid = {"paid_date": today(), "payment_method": "bank_transfer", "transaction_reference": "TXN123456"}
        payment = olivia.do("POST", f"/payments/{first['id']}/record", **paid)
        for ear in (owner, client, rival):
            ear.hear_out(platform)
        yield Story(
            deal, placed, approved, offered_before, offered_while_held, availability, lease, signed, contract,
            payment, owner, client, rival, rivals_bid,
        )  # fmt: skip


def test_a_bid_over_the_socket_is_answered_with_its_request_id(story: Story) -> None:
    assert story.placed == {
        "event": "bid:placed",
        "data": {"bid_id": story.deal.bid["id"], "status": "PENDING"},
        "request_id": "bid-1",
    }


def test_an_approval_returns_the_contract_and_reserves_the_space_at_once(story: Story) -> None:
    assert (story.approved["id"], story.approved["status"]) == (story.deal.bid["id"], "APPROVED")
    assert story.offered_before == [story.deal.space["id"]]
    assert story.offered_while_held == []
    assert story.availability_while_held == "RESERVED"


def test_the_owner_gets_frames_for_every_step_in_order(story: Story) -> None:
    about_the_bid, about_the_rival, about_the_lease, payments = frames(story, story.owner)
    assert about_the_bid == [("PENDING", None), ("APPROVED", story.deal.contract_id)]
    assert about_the_rival == [("PENDING", None), ("REJECTED", None)]
    assert about_the_lease == [
        "lease:generated",
        "Lease Generated",
        "Signature Requested",
        "Lease Signed",
        "Lease in Force",
    ]
    assert payments == []


def test_the_client_gets_frames_for_every_step_in_order(story: Story) -> None:
    about_the_bid, about_the_rival, about_the_lease, payments = frames(story, story.client)
    assert about_the_bid == [("APPROVED", story.deal.contract_id)]
    assert about_the_rival == []
    assert about_the_lease == [
        "lease:generated",
        "Lease Generated",
        "Signature Requested",
        "Lease Executed",
        "Lease in Force",
    ]
    assert payments == ["Payment Recorded"]


def test_a_rival_gets_frames_only_about_their_own_rejected_bid(story: Story) -> None:
    _, about_the_rival, about_the_lease, payments = frames(story, story.rival)
    assert about_the_rival == [("REJECTED", None)]
    assert (about_the_lease, payments) == ([], [])
    assert story.deal.bid["id"] not in str(story.rival.heard)
    told = next(frame for frame in story.rival.heard if frame["event"] == "notification:new")
    assert told["data"]["title"] == "Bid Rejected"


def test_the_frames_of_a_deal_are_as_printed_in_the_source(story: Story) -> None:
    generated = next(frame for frame in story.client.heard if frame["event"] == "lease:generated")
    url = f"{story.deal.owner.platform.url}/api/v1{story.deal.path}/download"
    assert generated["data"] == {"contract_id": story.deal.contract_id, "contract_url": url, "status": "DRAFT"}
    changed = next(frame for frame in story.client.heard if frame["event"] == "bid:status_changed")
    assert set(changed["data"]) == {"bid_id", "space_id", "status", "contract_id"}
    told = next(frame for frame in story.client.heard if frame["event"] == "notification:new")
    beside = {"event", "subject", "actor", "params"}
    assert set(told["data"]) == {"notification_id", "type", "title", "message"} | beside


def test_a_contract_that_starts_today_is_active_after_both_signatures(story: Story) -> None:
    assert [state["signature_status"] for state in story.signed] == ["SIGNED_BY_CLIENT", "FULLY_SIGNED"]
    assert (story.contract["status"], story.contract["signature_status"]) == ("ACTIVE", "FULLY_SIGNED")
    assert [one["side"] for one in story.contract["signatures"]] == ["CLIENT", "OWNER"]
    assert story.deal.availability() == "OCCUPIED"
    assert offered(story.deal.client, {"id": story.deal.space["building"]["id"]}) == []


def test_an_active_contract_always_has_its_whole_schedule(story: Story) -> None:
    # Between two polls nothing could hide: the contract was read once, at the moment it was ACTIVE.
    assert len(story.contract["payments"]) == (12 if today().day == 1 else 13)


def test_the_signed_lease_is_the_document_of_the_contract(story: Story) -> None:
    digest = hashlib.sha256(story.lease).hexdigest()
    assert story.contract["document_sha256"] == digest
    assert {one["document_sha256"] for one in story.contract["signatures"]} == {digest}
    text = "\n".join(page.extract_text() for page in PdfReader(BytesIO(story.lease)).pages)
    for fact in ("Stone Properties LLC", "Berg Analytics Inc", story.deal.space["name"], "4,800.00"):
        assert fact in text, fact
    assert story.deal.owner.download(f"{story.deal.path}/download?document_sha256={digest}") == story.lease


def test_the_executed_lease_is_what_was_signed_with_its_signatures_and_a_seal(story: Story) -> None:
    executed = story.deal.owner.download(f"{story.deal.path}/download")
    assert executed.startswith(story.lease)
    assert b"/SubFilter /ETSI.CAdES.detached" in executed
    pages = PdfReader(BytesIO(executed)).pages
    assert len(pages) > len(PdfReader(BytesIO(story.lease)).pages)
    assert "Certificate" in pages[-1].extract_text()


def test_the_schedule_sums_to_the_contract_to_the_cent(story: Story) -> None:
    payments = story.deal.payments()
    assert sum(Decimal(one["amount"]) for one in payments) == Decimal(story.contract["schedule_total"])
    assert payments[0]["due_date"] == story.contract["start_date"] == today().isoformat()
    assert [one["installment_number"] for one in payments] == list(range(1, len(payments) + 1))
    assert {one["amount"] for one in payments[1:-1]} == {4800}
    # A start inside a month: its two part months are one month together, give or take each one's rounding.
    assert abs(Decimal(story.contract["schedule_total"]) - 12 * 4800) < Decimal("4800") / 28 * 2


def test_a_recorded_payment_has_invoice_and_receipt_for_both_sides(story: Story) -> None:
    assert (story.payment["status"], story.payment["paid_date"]) == ("PAID", today().isoformat())
    for kind in ("invoice", "receipt"):
        path = f"/payments/{story.payment['id']}/{kind}"
        assert story.payment[f"{kind}_url"].endswith(path)
        document = story.deal.client.download(path)
        assert document == story.deal.owner.download(path)
        text = "\n".join(page.extract_text() for page in PdfReader(BytesIO(document)).pages)
        assert f"{story.payment['amount']:,.2f}" in text


def test_frames_missed_on_the_socket_are_in_the_notifications(story: Story) -> None:
    kept = story.deal.client.get("/notifications", limit=100)["data"]
    assert sorted((one["title"], one["message"]) for one in kept) == sorted(story.client.news())


def test_a_lease_that_starts_later_is_signed_and_its_space_reserved(owner: Person, client: Person) -> None:
    deal = Deal(owner, client, start=soon())
    contract = deal.conclude()
    assert contract["status"] == "SIGNED"
    assert deal.availability() == "RESERVED"
    assert contract["payments"]


def test_the_client_signs_before_the_owner(owner: Person, client: Person) -> None:
    deal = Deal(owner, client)
    deal.reaches("PENDING_SIGNATURE")
    signature = {"signature": "Anybody", "consent": True}
    assert owner.ask("PATCH", f"{deal.path}/sign", signature).code == "NOT_YOUR_TURN"
    assert client.ask("PATCH", f"{deal.path}/sign", {**signature, "document_sha256": "0" * 64}).status == 409
    deal.sign(client)
    assert client.ask("PATCH", f"{deal.path}/sign", signature).code == "NOT_YOUR_TURN"
    deal.sign(owner)
    deal.reaches("SIGNED")
    assert owner.ask("PATCH", f"{deal.path}/decline", {"reason": "Too late"}).status == 409


def test_the_verification_email_and_the_emails_about_the_deal_arrive(platform: Platform, story: Story) -> None:
    carl = story.deal.client

    def mails() -> list[str] | None:
        found = send(platform.url, "GET", f"/_local/mailbox?to={carl.email}").json["data"]
        return [mail["subject"] for mail in found] or None

    assert until(mails)


def frames(
    story: Story, ear: Ear
) -> tuple[list[tuple[str, str | None]], list[tuple[str, str | None]], list[str], list[str]]:
    """What a socket heard about the bid, the rival's bid, the lease and payments, each in the order it came."""
    bids: dict[str, list[tuple[str, str | None]]] = {story.deal.bid["id"]: [], story.rivals_bid["id"]: []}
    lease: list[str] = []
    payments: list[str] = []
    for frame in ear.heard:
        data = frame["data"]
        if frame["event"] == "bid:status_changed":
            assert data["space_id"] == story.deal.space["id"]
            bids[data["bid_id"]].append((data["status"], data["contract_id"]))
        elif frame["event"] == "lease:generated":
            lease.append(frame["event"])
        elif frame["event"] == "notification:new" and data["type"] == "lease_milestone":
            lease.append(data["title"])
        elif frame["event"] == "notification:new" and data["type"] == "payment_event":
            payments.append(data["title"])
    return bids[story.deal.bid["id"]], bids[story.rivals_bid["id"]], lease, payments
