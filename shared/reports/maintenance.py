"""What maintenance was open on a day, how fast it is answered and resolved, and what it cost."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from shared.kit.db import Reading, Row
from shared.kit.fields import View
from shared.maintenance.models import Category, Priority
from shared.reports.queries import PLACES, SELECT_DAY, Asked, Scope, check_known, values_of


class OpenTickets(View):
    """Tickets of one priority that were not resolved on the day, by how long they had been open."""

    priority: Priority
    """How urgent they are."""
    under_1_day: int
    days_1_7: int
    """At least one day, and less than eight."""
    days_8_30: int
    """At least eight days, and less than 31."""
    over_30_days: int
    total: int


class MaintenanceTotals(View):
    """What was open on the day, and what was reported in the twelve months up to it."""

    open: int
    """Not resolved on the day."""
    overdue: int
    """Not resolved on the day, and past due."""
    reported: int
    """Reported in the twelve months."""
    resolved: int
    """Of these, resolved by the day."""
    median_hours_to_reply: Decimal | None
    """From the tenant's report to the first answer of the owner's side or a contractor; null if there was none."""
    median_hours_to_resolution: Decimal | None
    """From the report to the resolution; null if nothing was resolved."""
    within_due: Decimal | None
    """The part of the resolved tickets that were resolved in time, from 0 to 1; null if nothing was resolved."""


class BuildingMaintenance(MaintenanceTotals):
    """The same for one building."""

    building_id: UUID
    building_name: str


class MaintenanceCost(View):
    """What tickets of a category cost in a building in the twelve months, in one currency."""

    building_id: UUID
    building_name: str
    category: Category
    """The category of the tickets."""
    currency: str
    expenses: int
    """How many expenses."""
    amount: Decimal
    """Without tax."""
    tax_amount: Decimal


class MaintenanceReport(View):
    """Maintenance as of a day, by building."""

    as_of: date
    open: list[OpenTickets]
    """By priority, the most urgent first."""
    data: list[BuildingMaintenance]
    totals: MaintenanceTotals
    costs: list[MaintenanceCost]


# A ticket as it was when the day ended at its building. One that was reopened counts from then.
_TICKETS = (
    PLACES
    + """
, tended AS MATERIALIZED (
    SELECT p.number AS place, p.id AS building_id, p.name AS building_name, t.priority, its.is_open,
           its.is_open AND t.due_at < least(p.known_at, app.now()) AS is_overdue,
           least(p.known_at, app.now()) - t.opened_at AS age,
           t.opened_at >= p.known_at - interval '1 year' AS is_reported,
           CASE WHEN t.client_id IS NOT NULL AND t.replied_at < p.known_at
                THEN t.replied_at - t.opened_at END AS to_reply,
           CASE WHEN NOT its.is_open THEN t.resolved_at - t.opened_at END AS to_resolution,
           NOT its.is_open AND t.resolved_at <= t.due_at AS is_in_time
    FROM place p
    JOIN tickets t ON t.building_id = p.id AND t.opened_at < p.known_at
    CROSS JOIN LATERAL (
        SELECT t.status IN ('OPEN', 'IN_PROGRESS') OR coalesce(t.resolved_at, t.closed_at) >= p.known_at AS is_open
    ) AS its
)
"""
)

_MEASURES = """
count(*) FILTER (WHERE m.is_open) AS open, count(*) FILTER (WHERE m.is_overdue) AS overdue,
count(*) FILTER (WHERE m.is_reported) AS reported,
count(m.to_resolution) FILTER (WHERE m.is_reported) AS resolved,
round((extract(epoch FROM percentile_cont(0.5) WITHIN GROUP (ORDER BY m.to_reply)
       FILTER (WHERE m.is_reported AND m.to_reply >= interval '0')) / 3600)::numeric, 2) AS median_hours_to_reply,
round((extract(epoch FROM percentile_cont(0.5) WITHIN GROUP (ORDER BY m.to_resolution)
       FILTER (WHERE m.is_reported)) / 3600)::numeric, 2) AS median_hours_to_resolution,
round((count(*) FILTER (WHERE m.is_reported AND m.is_in_time))::numeric
      / nullif(count(m.to_resolution) FILTER (WHERE m.is_reported), 0), 4) AS within_due
"""

_SELECT_BUILDINGS = f"""{_TICKETS}
SELECT m.building_id, m.building_name, {_MEASURES}
FROM tended m
GROUP BY m.place, m.building_id, m.building_name
ORDER BY m.place
"""

_SELECT_TOTALS = f"{_TICKETS} SELECT {_MEASURES} FROM tended m"

_SELECT_OPEN = f"""{_TICKETS}
SELECT asked.priority, count(m.priority) FILTER (WHERE m.age < interval '1 day') AS under_1_day,
       count(m.priority) FILTER (WHERE m.age >= interval '1 day' AND m.age < interval '8 days') AS days_1_7,
       count(m.priority) FILTER (WHERE m.age >= interval '8 days' AND m.age < interval '31 days') AS days_8_30,
       count(m.priority) FILTER (WHERE m.age >= interval '31 days') AS over_30_days, count(m.priority) AS total
FROM unnest(ARRAY['URGENT', 'HIGH', 'MEDIUM', 'LOW']) WITH ORDINALITY AS asked (priority, rank)
LEFT JOIN tended m ON m.priority = asked.priority AND m.is_open
GROUP BY asked.rank, asked.priority
ORDER BY asked.rank
"""

_SELECT_COSTS = (
    PLACES
    + """
SELECT p.id AS building_id, p.name AS building_name, t.category, x.currency, count(*) AS expenses,
       sum(x.amount) AS amount, sum(x.tax_amount) AS tax_amount
FROM place p
JOIN expenses x ON x.building_id = p.id AND x.deleted_at IS NULL
               AND x.spent_on > (p.as_of - interval '1 year')::date AND x.spent_on <= p.as_of
JOIN tickets t ON t.id = x.ticket_id
GROUP BY p.number, p.id, p.name, t.category, x.currency
ORDER BY p.number, t.category, x.currency
"""
)


def select_maintenance(tx: Reading, scope: Scope) -> dict[str, Any]:
    """The `MaintenanceReport`. Raises NotFound if the building is not the caller's."""
    values = values_of(scope)
    statements = (_SELECT_BUILDINGS, _SELECT_TOTALS, _SELECT_OPEN, _SELECT_COSTS)
    [asked], buildings, [totals], opened, costs = tx.records(
        (SELECT_DAY, values, Asked), *((sql, values, None) for sql in statements)
    )
    check_known(asked)
    return _report(asked.as_of, buildings, totals, opened, costs)


def _report(as_of: date, buildings: list[Row], totals: Row, opened: list[Row], costs: list[Row]) -> dict[str, Any]:
    return {
        "as_of": as_of,
        "open": [OpenTickets.of(row) for row in opened],
        "data": buildings,
        "totals": MaintenanceTotals.of(totals),
        "costs": [MaintenanceCost.of(row) for row in costs],
    }
