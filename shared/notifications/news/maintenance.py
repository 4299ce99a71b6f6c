"""What happens to maintenance tickets, and whom it concerns.

functions/notifications/tell_maintainers.py finds the readers: a ticket is no deal.
"""

from typing import ClassVar, Self
from uuid import UUID

from shared.kit.consumer import Event
from shared.maintenance.models import Priority, TicketStatus
from shared.notifications.entries import Data, News, NewsFrame, known, money, plain
from shared.notifications.models import Side
from shared.organizations.roles import Right


class TicketUpdated(NewsFrame):
    """A maintenance ticket has changed, or somebody wrote on it: for whoever reported it, the owner's side and the
    contractor who is assigned. Retrieve it again."""

    frame_name: ClassVar[str] = "maintenance:updated"
    channel_kind: ClassVar[str | None] = "ticket"
    ticket_id: UUID
    status: TicketStatus
    priority: Priority
    assigned_contractor_id: UUID | None
    """The user ID of the contractor; null if nobody is assigned."""

    @classmethod
    def told(cls, event: Event) -> Self:
        names = ("status", "priority", "assigned_contractor_id")
        return cls.of({"ticket_id": event.object_id, **{name: event.data[name] for name in names}})


RIGHT = Right.READ_MAINTENANCE
PAGE = "maintenance"

ALL: tuple[Side, ...] = ("OWNER", "CLIENT", "CONTRACTOR")
_OWNER: tuple[Side, ...] = ("OWNER",)
_TICKET = (plain("number"), known("ticket"), known("place"))
_QUOTE = (*_TICKET, money("amount"))


def _news(title: str, *, seen_by: tuple[Side, ...] = ALL, mails: tuple[Side, ...] = ALL, **said: object) -> News:
    return News(
        kind="maintenance",
        title=title,
        seen_by=seen_by,
        mails=tuple(side for side in mails if said.get(side.lower())),
        template="maintenance",
        facts=said.pop("facts", _TICKET),  # type: ignore[arg-type]
        **said,  # type: ignore[arg-type]
    )


def _is_inquiry(data: Data) -> bool:
    return bool(data["is_inquiry"])


NEWS = {
    "maintenance.created": _news("New Maintenance Ticket", owner="Ticket {number} was reported for {place}: {ticket}"),
    "maintenance.updated": _news(
        "Ticket Changed",
        owner="Ticket {number} for {place} was changed: {ticket}",
        client="Ticket {number} for {place} was changed: {ticket}",
        contractor="Ticket {number} for {place} was changed: {ticket}",
    ),
    "maintenance.assigned": _news(
        "Ticket Assigned",
        owner="Ticket {number} for {place} was assigned to a contractor: {ticket}",
        client="A contractor will see to ticket {number} for {place}: {ticket}",
        contractor="Ticket {number} for {place} was assigned to you: {ticket}",
    ),
    "maintenance.unassigned": _news(
        "Ticket Taken Back",
        owner="Ticket {number} for {place} has no contractor any more: {ticket}",
        client="Ticket {number} for {place} will go to another contractor: {ticket}",
        contractor="Ticket {number} for {place} is no longer yours: {ticket}",
    ),
    "maintenance.accepted": _news(
        "Ticket Accepted",
        owner="The contractor has accepted ticket {number} for {place}: {ticket}",
        client="The contractor has accepted ticket {number} for {place}: {ticket}",
    ),
    "maintenance.declined": _news(
        "Ticket Declined",
        owner="The contractor has declined ticket {number} for {place}: {ticket}",
        client="Ticket {number} for {place} will go to another contractor: {ticket}",
    ),
    "maintenance.started": _news(
        "Work Begun",
        owner="Work on ticket {number} for {place} has begun: {ticket}",
        client="Work on ticket {number} for {place} has begun: {ticket}",
        contractor="Work on ticket {number} for {place} has begun: {ticket}",
    ),
    "maintenance.resolved": _news(
        "Ticket Resolved",
        owner="Ticket {number} for {place} is resolved: {ticket}",
        client="Ticket {number} for {place} is resolved: {ticket}. You can reopen it within 14 days",
        contractor="Ticket {number} for {place} is resolved: {ticket}",
    ),
    "maintenance.reopened": _news(
        "Ticket Reopened",
        owner="Ticket {number} for {place} was reopened: {ticket}",
        client="Ticket {number} for {place} was reopened: {ticket}",
        contractor="Ticket {number} for {place} was reopened: {ticket}",
    ),
    "maintenance.closed": _news(
        "Ticket Closed",
        owner="Ticket {number} for {place} was closed: {ticket}",
        client="Ticket {number} for {place} was closed: {ticket}",
        contractor="Ticket {number} for {place} was closed: {ticket}",
    ),
    "maintenance.commented:inquiry": _news(
        "A Contractor Asks",
        when=_is_inquiry,
        owner="A contractor wrote on ticket {number} for {place}: {ticket}",
        seen_by=_OWNER,
    ),
    "maintenance.commented": _news(
        "New Comment",
        owner="Somebody wrote on ticket {number} for {place}: {ticket}",
        client="Somebody wrote on ticket {number} for {place}: {ticket}",
        contractor="Somebody wrote on ticket {number} for {place}: {ticket}",
    ),
    "maintenance.noted": _news(
        "New Internal Note",
        owner="A colleague wrote an internal note on ticket {number} for {place}: {ticket}",
        seen_by=_OWNER,
        changes=False,
    ),
    "maintenance.invited": _news(
        "Request for a Quote",
        contractor="You are asked for a quote on ticket {number} for {place}: {ticket}",
        seen_by=("OWNER", "CONTRACTOR"),
        changes=False,
    ),
    "maintenance.quoted": _news(
        "New Quote",
        owner="A contractor would do ticket {number} for {place} for {amount}: {ticket}",
        facts=_QUOTE,
        seen_by=_OWNER,
    ),
    "maintenance.quote_accepted": _news(
        "Quote Accepted",
        owner="A quote for ticket {number} for {place} was accepted: {ticket}",
        client="A contractor will see to ticket {number} for {place}: {ticket}",
        contractor="Your quote for ticket {number} for {place} was accepted: {ticket}",
    ),
    "maintenance.rated": _news(
        "Ticket Rated",
        owner="The tenant gave {stars} of 5 stars for ticket {number} for {place}: {ticket}",
        contractor="The tenant gave {stars} of 5 stars for ticket {number} for {place}: {ticket}",
        facts=(*_TICKET, plain("stars")),
    ),
    "maintenance.overdue": _news(
        "Ticket Overdue",
        owner="Ticket {number} for {place} is past due: {ticket}",
        contractor="Ticket {number} for {place} is past due: {ticket}",
        changes=False,
    ),
}
