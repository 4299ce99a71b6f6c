"""The shapes of what is asked and offered on maintenance tickets: invitations, quotes, ratings; and of attachments."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import AfterValidator, Field

from shared.files.models import Attachment
from shared.kit.fields import Body, Count, Flag, Id, PositiveMoney, Text, View, refuse
from shared.spaces.models import Currency

QuoteStatus = Literal["OPEN", "ACCEPTED", "DECLINED"]


def _each_once(ids: list[UUID]) -> list[UUID]:
    if len(set(ids)) != len(ids):
        raise refuse("must not name anything twice")
    return ids


Attachments = Annotated[list[Id], Field(max_length=10), AfterValidator(_each_once)]
"""Uploads of the purpose TICKET_ATTACHMENT."""
Contractors = Annotated[list[Id], Field(max_length=20), AfterValidator(_each_once)]


class AskedContractors(Body):
    """All contractors who are asked for a quote."""

    contractor_ids: Contractors
    """Their user IDs, as in the list of contractors. Whoever is not named is no longer asked."""


class NewQuote(Body):
    """For how much a contractor would do the work."""

    amount: PositiveMoney
    """Tax included."""
    currency: Currency
    notes: Annotated[Text, Field(max_length=2000)] | None = None
    """What is included, and when it could be done."""
    attachments: Attachments = []
    """IDs of uploads of the purpose TICKET_ATTACHMENT."""


class QuoteAcceptance(Body):
    """The owner accepts a quote: its contractor is assigned."""

    accept_uninsured: Flag = False
    """Accept it even if the contractor's insurance has ended."""


class NewRating(Body):
    """How the tenant finds what was done."""

    stars: Annotated[Count, Field(ge=1, le=5)]
    """From 1 to 5."""
    comment: Annotated[Text, Field(max_length=2000)] | None = None
    """The owner's side and the contractor read it."""


class TicketParty(View):
    """A person and the name of their organization, as they were then."""

    name: str
    organization: str


class Quote(View):
    """For how much a contractor would do the work."""

    id: UUID
    contractor_id: UUID
    """The contractor's user ID."""
    contractor: TicketParty
    amount: Decimal
    """Tax included."""
    currency: str
    notes: str | None
    attachments: list[Attachment]
    status: QuoteStatus
    """DECLINED once another contractor's is accepted."""
    created_at: datetime
    updated_at: datetime

    accounted: ClassVar[tuple[str, ...]] = ("status", "amount", "currency")


class Rating(View):
    """How the tenant finds what was done."""

    stars: int
    """From 1 to 5."""
    comment: str | None
    created_at: datetime


class Invited(View):
    """A contractor who was asked for a quote."""

    contractor_id: UUID
    """The contractor's user ID."""
    contractor: TicketParty
    created_at: datetime


class InvitedList(View):
    """The contractors who are asked for a quote on the ticket whose `id` it has."""

    id: UUID
    data: list[Invited]
