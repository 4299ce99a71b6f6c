"""Who is told what: the sentence of each event for either side, and the frames that carry the change itself."""

from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from shared.kit.consumer import Event
from shared.notifications.models import Deal, Kind, Notice, Person


class _Words(NamedTuple):
    type: Kind
    title: str
    owner: str | None
    """What the owner's side reads; None where the event does not concern it."""
    client: str | None


_WORDS = {
    "bid.placed": _Words("bid_update", "New Bid", "A bid of {bid} was placed on {space}", None),
    "bid.approved": _Words(
        "bid_update",
        "Bid Approved",
        "A bid on {space} has been approved",
        "Your bid on {space} has been approved",
    ),
    "bid.rejected": _Words(
        "bid_update",
        "Bid Rejected",
        "A bid on {space} has been rejected",
        "Your bid on {space} has been rejected",
    ),
    "bid.countered": _Words(
        "bid_update",
        "Counter-Offer",
        "A bid on {space} was answered with a counter-offer of {counter_offer}",
        "Your bid on {space} was answered with a counter-offer of {counter_offer}",
    ),
    "bid.withdrawn": _Words(
        "bid_update",
        "Bid Withdrawn",
        "A bid on {space} has been withdrawn",
        "Your bid on {space} has been withdrawn",
    ),
    "contract.generated": _Words(
        "lease_milestone",
        "Lease Generated",
        "The lease for {space} is ready to be read",
        "The lease for {space} is ready to be read",
    ),
    "contract.signature_requested": _Words(
        "lease_milestone",
        "Signature Requested",
        "The lease for {space} is out for signature: the client first, then you",
        "The lease for {space} is waiting for your signature",
    ),
    "contract.signed": _Words(
        "lease_milestone",
        "Lease Signed",
        "The client has signed the lease for {space}: it is waiting for your signature",
        "Your side has signed the lease for {space}: the owner is next",
    ),
    "contract.fully_signed": _Words(
        "lease_milestone",
        "Lease Executed",
        "Both sides have signed the lease for {space}",
        "Both sides have signed the lease for {space}",
    ),
    "contract.declined": _Words(
        "lease_milestone",
        "Lease Declined",
        "The lease for {space} was declined",
        "The lease for {space} was declined",
    ),
    "contract.activated": _Words(
        "lease_milestone",
        "Lease Concluded",
        "The lease of {space} is {status}",
        "Your lease of {space} is {status}",
    ),
    "contract.voided": _Words(
        "lease_milestone",
        "Lease Called Off",
        "The lease for {space} will not come about: the space is free again",
        "The lease for {space} will not come about",
    ),
    "payment.recorded": _Words(
        "payment_event",
        "Payment Recorded",
        "A payment for {space} was recorded: {paid} of {due}",
        "Your payment for {space} was recorded: {paid} of {due}",
    ),
}

HEARD = tuple(_WORDS)
"""Every event that people are told of."""

ROLES = {
    "bid": ("OWNER", "AGENT", "CLIENT", "BROKER", "SUPER_ADMIN"),
    "contract": ("OWNER", "CLIENT", "BROKER", "SUPER_ADMIN"),
    "payment": ("OWNER", "CLIENT", "BROKER", "FINANCIAL_OFFICER", "SUPER_ADMIN"),
}
"""Thing → the roles of either side's organization that it concerns (agents: no money, no signature)."""


def concerned(event: Event, people: list[Person]) -> list[Person]:
    """Those of both sides' people whom the event concerns, whoever caused it among them."""
    words = _WORDS[event.name]
    if event.name == "contract.signed" and event.data["signature_status"] == "FULLY_SIGNED":
        # Its twin contract.fully_signed tells the same.
        return []
    roles = ROLES[event.name.partition(".")[0]]
    sides = {"OWNER": words.owner, "CLIENT": words.client}
    return [person for person in people if sides[person.side] is not None and person.role in roles]


def notices(event: Event, deal: Deal, people: list[Person]) -> list[Notice]:
    """What the people are told; who caused it knows already."""
    words = _WORDS[event.name]
    facts = _facts(event, deal)
    ids = ("bid_id", "contract_id", "space_id")
    metadata = {name: event.data[name] for name in ids if event.data.get(name)}
    metadata[f"{event.name.partition('.')[0]}_id"] = event.object_id
    told = {"OWNER": words.owner or "", "CLIENT": words.client or ""}
    return [
        Notice(person.id, words.type, words.title, told[person.side].format(**facts), metadata)
        for person in people
        if person.id != event.actor
    ]


def _facts(event: Event, deal: Deal) -> dict[str, str]:
    def money(name: str) -> str:
        return f"{Decimal(event.data.get(name) or 0):,.2f} {deal.currency}"

    return {
        "space": deal.space,
        "bid": money("bid_amount"),
        "counter_offer": money("counter_offer_amount"),
        "paid": money("paid_amount"),
        "due": money("amount"),
        "status": "active" if event.data["status"] == "ACTIVE" else "signed and begins on its first day",
    }


def frame(event: Event, contract_url: str) -> tuple[str, dict[str, Any]] | None:
    """The frame that carries the change itself (source 000, 4.3); None where it has none.

    `contract_url` is the address of contracts' downloads with `{contract_id}` in it.
    """
    if event.name.startswith("bid."):
        return "bid:status_changed", {
            "bid_id": event.object_id,
            "space_id": event.data["space_id"],
            "status": event.data["status"],
            "contract_id": event.data.get("contract_id"),
        }
    if event.name == "contract.generated":
        return "lease:generated", {
            "contract_id": event.object_id,
            "contract_url": contract_url.format(contract_id=event.object_id),
            "status": event.data["status"],
        }
    return None


def news(notification_id: UUID, notice: Notice) -> tuple[str, dict[str, Any]]:
    """The frame that tells of a notification."""
    return "notification:new", {
        "notification_id": notification_id,
        "type": notice.type,
        "title": notice.title,
        "message": notice.message,
    }
