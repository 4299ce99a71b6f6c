"""Who is notified of what: the sentence of each event for either side, and the frames that carry the change itself."""

from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from shared.kit.catalog import Role
from shared.kit.consumer import Event
from shared.kit.db import Row
from shared.kit.fields import FrameData
from shared.notifications.models import (
    BidStatusChanged,
    Deal,
    LeaseGenerated,
    Notice,
    NotificationNew,
    NotificationType,
    PaymentDue,
    Person,
)
from shared.organizations.roles import Right, may


class _Words(NamedTuple):
    type: NotificationType
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
    "bid.revised": _Words("bid_update", "Bid Revised", "A bid on {space} was revised to {bid}", None),
    "bid.withdrawn": _Words(
        "bid_update",
        "Bid Withdrawn",
        "A bid on {space} has been withdrawn",
        "Your bid on {space} has been withdrawn",
    ),
    "contract.generated": _Words(
        "lease_milestone",
        "Lease Generated",
        "The lease for {space} is ready to review",
        "The lease for {space} is ready to review",
    ),
    "contract.signature_requested": _Words(
        "lease_milestone",
        "Signature Requested",
        "The lease for {space} is out for signature. The client signs first, then you",
        "The lease for {space} is waiting for your signature",
    ),
    "contract.signed": _Words(
        "lease_milestone",
        "Lease Signed",
        "The client has signed the lease for {space}. It is waiting for your signature",
        "Your side has signed the lease for {space}. The owner signs next",
    ),
    "contract.authorization_requested": _Words(
        "lease_milestone",
        "Authorization Requested",
        "Both sides have signed the lease for {space}. It is waiting for your organization's authorization",
        "Both sides have signed the lease for {space}. It is waiting for the owner's authorization",
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
        "The lease for {space} is {status}",
        "Your lease for {space} is {status}",
    ),
    "contract.started": _Words(
        "lease_milestone",
        "Lease Started",
        "The lease for {space} has started",
        "Your lease for {space} has started",
    ),
    "contract.expired": _Words(
        "lease_milestone",
        "Lease Expired",
        "The lease for {space} has ended",
        "Your lease for {space} has ended",
    ),
    "contract.indexed": _Words(
        "lease_milestone",
        "Rent Adjusted",
        "The rent for {space} was adjusted to its index",
        "Your rent for {space} was adjusted to its index",
    ),
    "contract.termination_set": _Words(
        "lease_milestone",
        "Lease Ends Early",
        "The lease for {space} ends early. The space is available from {terminates_on}",
        "Your lease for {space} ends early. {terminates_on} is the first day after it",
    ),
    "contract.terminated": _Words(
        "lease_milestone",
        "Lease Terminated",
        "The lease for {space} has ended early. The space is available again",
        "Your lease for {space} has ended early",
    ),
    "contract.voided": _Words(
        "lease_milestone",
        "Lease Cancelled",
        "The lease for {space} was cancelled",
        "The lease for {space} was cancelled",
    ),
    "payment.recorded": _Words(
        "payment_event",
        "Payment Recorded",
        "A payment for {space} was recorded: {paid} of {due}",
        "Your payment for {space} was recorded: {paid} of {due}",
    ),
    "payment.credited": _Words(
        "payment_event",
        "Credit Note Issued",
        "A credit note of {credit_note} was issued for {space}",
        "A credit note of {credit_note} was issued to you for {space}",
    ),
    "payment.credit_applied": _Words(
        "payment_event",
        "Credit Applied",
        "Credit was applied to a payment for {space}. {open} of {due} is outstanding",
        "Credit was applied to your payment for {space}. {open} of {due} is outstanding",
    ),
    "payment.deposit_applied": _Words(
        "payment_event",
        "Deposit Applied",
        "{deposit} of the deposit for {space} was applied to the outstanding balance",
        "{deposit} of your deposit for {space} was applied to the outstanding balance",
    ),
    "payment.deposit_returned": _Words(
        "payment_event",
        "Deposit Returned",
        "{deposit} of the deposit for {space} was returned",
        "{deposit} of your deposit for {space} was returned",
    ),
    "payment.reversed": _Words(
        "payment_event",
        "Payment Reversed",
        "A payment for {space} was reversed. {open} of {due} is outstanding",
        "Your payment for {space} was reversed. {open} of {due} is outstanding",
    ),
    "payment.invoiced": _Words(
        "payment_event",
        "Invoice Issued",
        None,
        "Your invoice of {due} for {space} is ready. It is due on {due_date}",
    ),
    "payment.due_soon": _Words(
        "payment_event",
        "Payment Due Soon",
        None,
        "Your payment of {open} for {space} is due on {due_date}",
    ),
    "payment.due": _Words(
        "payment_event",
        "Payment Due",
        None,
        "Your payment of {open} for {space} is due on {due_date}",
    ),
    "payment.overdue": _Words(
        "payment_event",
        "Payment Overdue",
        "A payment of {open} for {space} was due on {due_date} and is overdue",
        "Your payment of {open} for {space} was due on {due_date} and is overdue",
    ),
}

_COUNTER_ACCEPTED = _Words(
    "bid_update",
    "Counter-Offer Accepted",
    "Your counter-offer of {counter_offer} for {space} has been accepted",
    "Your side has accepted the counter-offer of {counter_offer} for {space}",
)

HEARD = tuple(_WORDS)
"""Every event that people are told of."""

FRAMES = (BidStatusChanged, LeaseGenerated, PaymentDue, NotificationNew)
"""What live sockets hear of it."""

ROLES = {
    noun: may(right) - {Role.SUPPORT}
    for noun, right in {"bid": Right.READ_BIDS, "contract": Right.READ_LEASES, "payment": Right.READ_MONEY}.items()
}
"""Thing → the roles of either side's organization that it concerns. SUPPORT reads on behalf of nobody."""


def concerned(event: Event, people: list[Person]) -> list[Person]:
    """Those of both sides' people whom the event concerns, whoever caused it among them."""
    words = _words(event)
    if event.name == "contract.signed" and event.data["signature_status"] in ("PENDING_ADMIN", "FULLY_SIGNED"):
        # Its twin, contract.fully_signed or contract.authorization_requested, tells the same.
        return []
    roles = ROLES[event.name.partition(".")[0]]
    sides = {"OWNER": words.owner, "CLIENT": words.client}
    return [person for person in people if sides[person.side] is not None and person.role in roles]


def notices(event: Event, deal: Deal, people: list[Person]) -> list[Notice]:
    """What the people are told; who caused it knows already."""
    words = _words(event)
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


def _words(event: Event) -> _Words:
    # Only a client's acceptance approves a bid that has a counter-offer on it.
    accepted = event.name == "bid.approved" and event.data.get("counter_offer_amount") is not None
    return _COUNTER_ACCEPTED if accepted else _WORDS[event.name]


def _facts(event: Event, deal: Deal) -> dict[str, str]:
    def amount(name: str) -> Decimal:
        return Decimal(event.data.get(name) or 0)

    def written(money: Decimal) -> str:
        return f"{money:,.2f} {deal.currency}"

    owed = amount("amount") + amount("tax_amount")
    return {
        "space": deal.space,
        "bid": written(amount("bid_amount")),
        "counter_offer": written(amount("counter_offer_amount")),
        "paid": written(amount("paid_amount")),
        "due": written(owed),
        "open": written(owed - amount("credited_amount") - amount("paid_amount")),
        "deposit": written(amount("returned_amount") or amount("applied_amount")),
        "credit_note": written(amount("credit_note_amount")),
        "due_date": str(event.data.get("due_date")),
        "terminates_on": str(event.data.get("terminates_on")),
        "status": "active" if event.data["status"] == "ACTIVE" else "signed and starts on its start date",
    }


def frame(event: Event, contract_url: str) -> FrameData | None:
    """The frame that carries the change itself (S0 §4.3); None where it has none.

    `contract_url` is the address of contracts' downloads with `{contract_id}` in it.
    """
    if event.name.startswith("bid."):
        return BidStatusChanged.of(
            {
                "bid_id": event.object_id,
                "space_id": event.data["space_id"],
                "status": event.data["status"],
                "contract_id": event.data.get("contract_id"),
            }
        )
    if event.name == "contract.generated":
        return LeaseGenerated.of(
            {
                "contract_id": event.object_id,
                "contract_url": contract_url.format(contract_id=event.object_id),
                "status": event.data["status"],
            }
        )
    if event.name == "payment.due_soon":
        return PaymentDue.of(
            {
                "payment_id": event.object_id,
                "amount": event.data["open_amount"],
                "due_date": event.data["due_date"],
                "days_until_due": event.data["days_until_due"],
            }
        )
    return None


def matches(event: Event, found: list[Row]) -> list[Notice]:
    """What the owners of saved searches are told of the space that was found."""
    space = event.data["name"]
    return [
        Notice(
            row["user_id"],
            "saved_search",
            "New Match",
            f"{space} in {row['building']} matches your search {row['search']}",
            {"space_id": event.object_id, "saved_search_id": row["saved_search_id"]},
        )
        for row in found
    ]


def news(notification_id: UUID, notice: Notice) -> NotificationNew:
    """The frame that tells of a notification."""
    return NotificationNew(
        notification_id=notification_id, type=notice.type, title=notice.title, message=notice.message
    )
