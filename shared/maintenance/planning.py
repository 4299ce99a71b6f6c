"""How plans change, and what their tickets are."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from shared.kit.db import Row
from shared.kit.errors import Detail, Invalid
from shared.maintenance.planned import Plan, PlanChanges
from shared.maintenance.recurrence import InvalidRule, next_day
from shared.maintenance.rules import due_at


def plan_of(row: Row) -> Plan:
    """A plan as it is answered."""
    return Plan.of({name: row[name] for name in Plan.model_fields})


def next_on(rule: str, starts_on: date, since: date) -> date:
    """The rule's first day from `since` on. Raises Invalid on `rrule` if it is no rule, or has none within ten
    years."""
    try:
        found = next_day(rule, starts_on, since)
    except InvalidRule as error:
        raise Invalid(Detail("rrule", str(error))) from None
    if found is None:
        raise Invalid(Detail("rrule", "must have a day within ten years"))
    return found


def changed(before: Row, changes: PlanChanges) -> Row:
    """The plan's row with the changes. Raises Invalid on `rrule`."""
    after: dict[str, Any] = before | changes.model_dump(include=changes.model_fields_set)
    if {"rrule", "starts_on"} & changes.model_fields_set:
        # No day gets a second ticket.
        free = before["last_on"] + timedelta(days=1) if before["last_on"] else before["today"]
        after["next_on"] = next_on(after["rrule"], after["starts_on"], max(before["today"], free))
    return after


def planned_due(plan: Row) -> datetime:
    """When the ticket of the plan's next day is due: by its priority, from the beginning of that day at the building,
    or from now if it has begun."""
    day = plan["next_on"]
    begins = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(plan["timezone"]))
    return due_at(max(begins, plan["now"]), plan["priority"], plan["hours"])
