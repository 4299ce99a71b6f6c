"""What may happen to a maintenance ticket, on whose side, and when it is due."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from shared.kit.catalog import Role
from shared.kit.db import Row
from shared.kit.errors import Conflict, Detail, Forbidden, Invalid
from shared.maintenance.models import TicketChanges, TicketSide
from shared.organizations.models import DEFAULT_HOURS

CLOSES_AFTER_DAYS = 14
"""Days after which a resolved ticket closes by itself; until then the tenant may reopen it."""

STEPS: dict[tuple[str, str], frozenset[TicketSide]] = {
    ("OPEN", "IN_PROGRESS"): frozenset({"OWNER", "CONTRACTOR"}),
    ("IN_PROGRESS", "RESOLVED"): frozenset({"OWNER", "CONTRACTOR"}),
    ("RESOLVED", "OPEN"): frozenset({"CLIENT"}),
    ("RESOLVED", "CLOSED"): frozenset({"OWNER", "CLIENT"}),
    ("OPEN", "CLOSED"): frozenset({"OWNER", "CLIENT"}),
}
"""From one status to the next → the sides that take the step. What the owner's side reported, it also reopens."""

ACTIONS: dict[tuple[str, str], str] = {
    ("OPEN", "IN_PROGRESS"): "STARTED",
    ("IN_PROGRESS", "RESOLVED"): "RESOLVED",
    ("RESOLVED", "OPEN"): "REOPENED",
    ("RESOLVED", "CLOSED"): "CLOSED",
    ("OPEN", "CLOSED"): "CLOSED",
}
"""How a step is called in the ticket's history."""

REACHES: dict[TicketSide, frozenset[str]] = {
    "OWNER": frozenset({"OPEN", "IN_PROGRESS", "RESOLVED", "CLOSED"}),
    "CLIENT": frozenset({"OPEN", "CLOSED"}),
    "CONTRACTOR": frozenset({"IN_PROGRESS", "RESOLVED"}),
}
"""The statuses that a side may set at all."""

_OWNERS_FIELDS = ("title", "description", "priority", "category", "due_at")
UNRESOLVED = ("OPEN", "IN_PROGRESS")


class InvalidStep(Conflict):
    message = "The ticket's status does not allow this."
    remedy = "Read the ticket again: somebody may have moved it on."


class TicketNotOpen(Conflict):
    message = "The ticket is resolved or closed."
    remedy = "Reopen it, or report it again."


class NotAssigned(Conflict):
    message = "Nobody is assigned to the ticket, or the answer was given before."


class InsuranceExpired(Conflict):
    code = "INSURANCE_EXPIRED"
    message = "The contractor's insurance has ended."
    remedy = "Choose another contractor, or send `accept_uninsured`."


class QuoteClosed(Conflict):
    message = "The quote, or another one on this ticket, was accepted before."


class ContractorGone(Conflict):
    message = "Nobody of the contractor's organization can do the work any more."
    remedy = "Accept another quote, or assign somebody else."


class NoTenant(Conflict):
    message = "No tenant reported this ticket, so nobody rates it."


class NotResolved(Conflict):
    message = "A ticket is rated once it is resolved."


class AlreadyRated(Conflict):
    message = "The ticket has been rated."
    constraint = "ticket_ratings_pkey"


def side_of(role: Role) -> TicketSide:
    """On which side of a ticket that they see somebody of the role is."""
    if role is Role.CLIENT:
        return "CLIENT"
    return "CONTRACTOR" if role is Role.CONTRACTOR else "OWNER"


def is_assigned(ticket: Row, side: TicketSide, organization_id: Any) -> bool:
    """Whether the ticket may be worked on: contractors who were only asked for a quote do not."""
    return side != "CONTRACTOR" or bool(ticket["contractor_organization_id"] == organization_id)


def due_at(opened_at: datetime, priority: str, hours: Mapping[str, int] | None) -> datetime:
    """When a ticket of that priority is due; `hours` are the organization's own, if it has any."""
    return opened_at + timedelta(hours=(hours or DEFAULT_HOURS)[priority])


def check_insured(contractor: Row, accepts: bool) -> None:
    """Raises InsuranceExpired if the contractor's insurance has ended; one who has told of none is not asked."""
    if contractor["is_uninsured"] and not accepts:
        raise InsuranceExpired()


def chosen(quote: Row, contractors: Sequence[Row]) -> Row:
    """Of the contractors of the quote's organization, who is assigned: whoever quoted, or a colleague. Raises
    QuoteClosed, ContractorGone."""
    if quote["status"] != "OPEN":
        raise QuoteClosed()
    if not contractors:
        raise ContractorGone()
    return next((one for one in contractors if one["id"] == quote["contractor_id"]), contractors[0])


def check_rated(ticket: Row) -> None:
    """Raises NoTenant, NotResolved."""
    if ticket["client_organization_id"] is None:
        raise NoTenant()
    if ticket["status"] in UNRESOLVED:
        raise NotResolved()


def check_unresolved(ticket: Row) -> None:
    """Raises TicketNotOpen."""
    if ticket["status"] not in UNRESOLVED:
        raise TicketNotOpen()


def check_change(ticket: Row, changes: TicketChanges, side: TicketSide, is_at_work: bool) -> None:
    """Raises Forbidden if the side may not change that; InvalidStep; Invalid if a reason is missing."""
    given = changes.model_fields_set
    if not is_at_work or (side != "OWNER" and given & set(_OWNERS_FIELDS)):
        raise Forbidden()
    if "status" not in given:
        return
    if changes.status not in REACHES[side]:
        raise Forbidden()
    step = (ticket["status"], changes.status)
    if not _may_step(ticket, step, side):
        raise InvalidStep()
    if step == ("OPEN", "CLOSED") and changes.reason is None:
        raise Invalid(Detail("reason", "is required to close a ticket that nobody has begun", "REQUIRED"))


def _may_step(ticket: Row, step: tuple[str, str], side: TicketSide) -> bool:
    sides = STEPS.get(step, frozenset())
    return side in sides or (side == "OWNER" and "CLIENT" in sides and ticket["client_id"] is None)


def changed(ticket: Row, changes: TicketChanges, side: TicketSide, hours: Mapping[str, int] | None) -> Row:
    """The ticket's row with the changes, which were checked; `now` in it is the business clock's moment."""
    given = changes.model_fields_set
    after = ticket | changes.model_dump(include=given & {*_OWNERS_FIELDS, "status"})
    now = ticket["now"]
    step = (ticket["status"], after["status"])
    if step == ("RESOLVED", "OPEN"):
        after["opened_at"] = now
    if "due_at" not in given and (step == ("RESOLVED", "OPEN") or after["priority"] != ticket["priority"]):
        after["due_at"] = due_at(after["opened_at"], after["priority"], hours)
    if step == ("OPEN", "IN_PROGRESS") and side == "CONTRACTOR":
        # Beginning is accepting.
        after["accepted_at"] = after["accepted_at"] or now
    if step[0] != step[1]:
        after["resolved_at"] = now if after["status"] == "RESOLVED" else after["resolved_at"]
        after["closed_at"] = now if after["status"] == "CLOSED" else None
    if side != "CLIENT" and after["status"] in ("IN_PROGRESS", "RESOLVED"):
        after["replied_at"] = after["replied_at"] or now
    return after


_TOLD = ("title", "description", "priority", "category", "status", "due_at")


def differences(before: Row, after: Row) -> list[dict[str, Any]]:
    """The fields that were changed, for the ticket's history."""
    return [
        {"field": name, "before": _text(before[name]), "after": _text(after[name])}
        for name in _TOLD
        if before[name] != after[name]
    ]


def _text(value: Any) -> str | None:
    # As the wire writes moments.
    return f"{value:%Y-%m-%dT%H:%M:%SZ}" if isinstance(value, datetime) else value
