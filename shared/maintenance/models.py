"""The shapes of maintenance tickets: what is reported, said, quoted and answered."""

from datetime import date, datetime
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from shared.buildings.models import BuildingAddress
from shared.expenses.models import Expense
from shared.files.models import Attachment
from shared.kit.fields import (
    LEFT_OUT,
    AskedFlag,
    AskedId,
    Body,
    Flag,
    Id,
    Instant,
    Label,
    Reason,
    Text,
    View,
    Words,
)
from shared.kit.paging import Paged, PageMeta
from shared.maintenance.offered import Attachments, Invited, Quote, Rating, TicketParty

Priority = Literal["LOW", "MEDIUM", "HIGH", "URGENT"]
Category = Literal["PLUMBING", "ELECTRICAL", "HVAC", "APPLIANCE", "OTHER"]
TicketStatus = Literal["OPEN", "IN_PROGRESS", "RESOLVED", "CLOSED"]
TicketSide = Literal["OWNER", "CLIENT", "CONTRACTOR"]
Assignment = Literal["PENDING", "ACCEPTED"]
TicketSort = Literal["newest", "priority", "due"]
TicketAction = Literal[
    "OPENED",
    "UPDATED",
    "ASSIGNED",
    "UNASSIGNED",
    "ACCEPTED",
    "DECLINED",
    "STARTED",
    "RESOLVED",
    "CLOSED",
    "REOPENED",
    "INVITED",
    "QUOTED",
    "QUOTE_ACCEPTED",
    "RATED",
]

Description = Annotated[Text, Field(min_length=1, max_length=10_000)]


class NewTicket(Body):
    """What needs maintenance, and where."""

    building_id: Id
    space_id: Id | None = None
    """Without it, the ticket is about the building."""
    title: Label
    """What is wrong, in a few words."""
    description: Description
    """All that whoever does the work should know."""
    priority: Priority
    """It decides when the ticket is due."""
    category: Category
    """The trade that it takes."""
    attachments: Attachments = []
    """IDs of uploads of the purpose TICKET_ATTACHMENT."""


class TicketChanges(Body):
    """What to change. A tenant and a contractor change the status alone."""

    title: Label = LEFT_OUT
    """What is wrong, in a few words."""
    description: Description = LEFT_OUT
    """All that whoever does the work should know."""
    priority: Priority = LEFT_OUT
    """The ticket is then due by its new priority, unless `due_at` is given."""
    category: Category = LEFT_OUT
    """The trade that it takes."""
    status: TicketStatus = LEFT_OUT
    """The next status. OPEN reopens a resolved ticket."""
    due_at: Instant = LEFT_OUT
    reason: Reason | None = None
    """Why. Required to close a ticket that nobody has begun."""


class NewAssignment(Body):
    """Who is to do the work."""

    contractor_id: Id | None
    """A contractor's user ID, as in the list of contractors; null takes the ticket back."""
    accept_uninsured: Flag = False
    """Assign the ticket even if the contractor's insurance has ended."""


class AssignmentAnswer(Body):
    """Whether the contractor takes the ticket."""

    accept: Flag
    """False gives the ticket back."""
    reason: Reason | None = None
    """Why; the owner's side and the tenant read it."""


class NewThread(Body):
    """What to write on a ticket."""

    message: Annotated[Text, Field(min_length=1, max_length=10_000)]
    """Stored exactly as it is sent, and never interpreted."""
    attachments: Attachments = []
    """IDs of uploads of the purpose TICKET_ATTACHMENT."""
    internal: Flag = False
    """Whether the note is for the owner's side alone."""


class TicketFilter(Paged):
    """Which tickets to list, and in which order."""

    status: TicketStatus | None = None
    priority: Priority | None = None
    """How urgent it is."""
    category: Category | None = None
    """The trade that it takes."""
    building_id: AskedId | None = None
    space_id: AskedId | None = None
    assigned_contractor_id: AskedId | None = None
    """The user ID of the contractor."""
    overdue: AskedFlag | None = None
    """`true` lists only tickets that are past due and not resolved, `false` only others."""
    q: Annotated[Words, Field(max_length=200)] | None = None
    """Text that must stand in the title, the description or the number."""
    sort: TicketSort = "newest"
    """`priority` puts the most urgent first, `due` those that are due soonest."""


class TicketBuilding(View):
    """The building of a ticket."""

    id: UUID
    name: str
    address: BuildingAddress
    timezone: str


class TicketSpace(View):
    """The space of a ticket."""

    id: UUID
    name: str


class Reporter(View):
    """Who reported the ticket, as they were then."""

    name: str
    phone: str | None
    side: TicketSide


class Ticket(View):
    """Something that needs maintenance. What of it a reader may not see is null."""

    id: UUID
    number: int
    """Counted from 1 for each owner's organization, without gaps."""
    organization_id: UUID
    """The ID of the owner's organization."""
    building_id: UUID
    building: TicketBuilding
    floor_number: int | None
    """Null for a ticket about a building."""
    space_id: UUID | None
    """Null for a ticket about a building."""
    space: TicketSpace | None
    """Null for a ticket about a building."""
    client_id: UUID | None
    """The user ID of the tenant's person; null if no tenant reported it."""
    client: TicketParty | None
    """The tenant who reported it; null if none did."""
    reported_by: UUID | None
    """The user ID of whoever reported it; null for a planned ticket."""
    reporter: Reporter | None
    """Null for a planned ticket."""
    assigned_contractor_id: UUID | None
    """The user ID of the contractor who does the work; null if nobody is assigned."""
    contractor: TicketParty | None
    """Null if nobody is assigned."""
    assignment: Assignment | None
    """Whether the contractor has accepted the work; null if nobody is assigned."""
    title: str
    """What is wrong, in a few words."""
    description: str
    priority: Priority
    category: Category
    """The trade that it takes."""
    status: TicketStatus
    due_at: datetime
    """By when it should be resolved."""
    is_overdue: bool
    """Whether it is past due and not resolved."""
    opened_at: datetime
    """When it was reported, or reopened the last time."""
    replied_at: datetime | None
    """When the owner's side or a contractor first answered; null before."""
    resolved_at: datetime | None
    """When it was resolved the last time; null before."""
    closed_at: datetime | None
    """Null until it is closed."""
    attachments: list[Attachment]
    plan_id: UUID | None
    """The maintenance plan that opened it; null if somebody reported it."""
    occurs_on: date | None
    """For which day of the plan it is; null if somebody reported it."""
    checklist: list[str]
    """What is to be checked, point by point."""
    created_at: datetime
    updated_at: datetime

    accounted: ClassVar[tuple[str, ...]] = (
        "status",
        "number",
        "organization_id",
        "building_id",
        "space_id",
        "client_id",
        "assigned_contractor_id",
        "title",
        "priority",
        "category",
        "due_at",
    )


class TicketList(View):
    """A page of tickets."""

    data: list[Ticket]
    meta: PageMeta


class Thread(View):
    """What somebody wrote on a ticket."""

    id: UUID
    user_id: UUID
    side: TicketSide
    """On whose side they are."""
    message: str
    attachments: list[Attachment]
    internal: bool
    """Whether the note is for the owner's side alone."""
    created_at: datetime


class TicketChange(View):
    """A field that was changed."""

    field: str
    before: str | None
    after: str | None


class TicketEvent(View):
    """What happened to a ticket."""

    action: TicketAction
    user_id: UUID | None
    """Who did it; null for the platform."""
    side: TicketSide | None
    """On whose side they are; null for the platform."""
    reason: str | None
    changes: list[TicketChange]
    created_at: datetime


class TicketDetail(Ticket):
    """A ticket with what was said, offered and done about it, as far as the reader may see it."""

    threads: list[Thread]
    """What was said, in order."""
    invited: list[Invited]
    """Who was asked for a quote: the owner's side sees all, a contractor itself."""
    costs: list[Expense]
    """What it cost: the owner's side sees all, a contractor what they wrote down, a tenant nothing."""
    quotes: list[Quote]
    """The owner's side sees all, a contractor its own."""
    rating: Rating | None
    """Null until the tenant rates it."""
    history: list[TicketEvent]
    """What happened, in order."""


class ThreadWritten(View):
    """Somebody wrote on the ticket whose `id` it has."""

    id: UUID
    thread_id: UUID
    status: TicketStatus
    internal: bool

    accounted: ClassVar[tuple[str, ...]] = ("thread_id", "status", "internal")
