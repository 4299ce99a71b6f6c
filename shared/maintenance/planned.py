"""The shapes of maintenance that comes again and again."""

from datetime import date, datetime
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from shared.kit.fields import LEFT_OUT, AskedId, Body, Count, Day, Id, Label, Text, View
from shared.kit.paging import Paged, PageMeta
from shared.maintenance.models import Category, Priority, TicketBuilding, TicketSpace

Description = Annotated[Text, Field(min_length=1, max_length=10_000)]
Rule = Annotated[Text, Field(min_length=1, max_length=500)]
LeadDays = Annotated[Count, Field(ge=0, le=366)]
Checklist = Annotated[list[Label], Field(max_length=50)]


class NewPlan(Body):
    """What is to be done again and again, where and when."""

    building_id: Id
    space_id: Id | None = None
    """Without it, the plan is for the building."""
    title: Label
    """What is to be done, in a few words."""
    description: Description
    """All that whoever does the work should know."""
    category: Category
    """The trade that it takes."""
    priority: Priority
    """Tickets are due by it, counted from their day."""
    rrule: Rule
    """When, as an RFC 5545 rule of days: `FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=1`. DAILY or slower, with a day within ten
    years. A day that a month lacks is skipped."""
    starts_on: Day
    """The first day that can be one of the rule's, in the building's time zone. Days before today open no ticket."""
    lead_days: LeadDays = 0
    """How many days before its day a ticket is opened."""
    contractor_id: Id | None = None
    """To whom the tickets are assigned: a contractor's user ID."""
    checklist: Checklist = []
    """What is to be checked, point by point."""


class PlanChanges(Body):
    """Fields that are given are changed. Tickets that are open stay as they are."""

    title: Label = LEFT_OUT
    """What is to be done, in a few words."""
    description: Description = LEFT_OUT
    """All that whoever does the work should know."""
    category: Category = LEFT_OUT
    """The trade that it takes."""
    priority: Priority = LEFT_OUT
    """Tickets are due by it, counted from their day."""
    rrule: Rule = LEFT_OUT
    """When, as an RFC 5545 rule of days."""
    starts_on: Day = LEFT_OUT
    """The first day that can be one of the rule's."""
    lead_days: LeadDays = LEFT_OUT
    """How many days before its day a ticket is opened."""
    contractor_id: Id | None = None
    """To whom the tickets are assigned; null for nobody."""
    checklist: Checklist = LEFT_OUT
    """What is to be checked, as a whole."""


class Plan(View):
    """Maintenance that comes again and again: each day of its rule opens one ticket."""

    id: UUID
    building_id: UUID
    building: TicketBuilding
    space_id: UUID | None
    """Null for a plan for the building."""
    space: TicketSpace | None
    """Null for a plan for the building."""
    title: str
    """What is to be done, in a few words."""
    description: str
    category: Category
    """The trade that it takes."""
    priority: Priority
    rrule: str
    """An RFC 5545 rule of days."""
    starts_on: date
    """The first day that can be one of the rule's."""
    lead_days: int
    """How many days before its day a ticket is opened."""
    contractor_id: UUID | None
    """To whom the tickets are assigned; null for nobody."""
    checklist: list[str]
    next_on: date | None
    """The next day for which a ticket will be opened; null once there is none within ten years."""
    created_at: datetime
    updated_at: datetime

    accounted: ClassVar[tuple[str, ...]] = (
        *("building_id", "space_id", "title", "category", "priority", "rrule", "starts_on", "lead_days"),
        *("contractor_id", "next_on"),
    )


class PlanFilter(Paged):
    """Which plans to list, the newest first."""

    building_id: AskedId | None = None


class PlanList(View):
    """A page of plans."""

    data: list[Plan]
    meta: PageMeta
