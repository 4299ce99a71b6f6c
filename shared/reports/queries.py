"""The SQL of reports: the inventory, its leases and their money as they were, or will be, on a day.

What is past is read as the platform knew it when that day ended at the building: rows that were changed later stand in
the history tables as they were (docs/decisions/0021). Whatever lies ahead is read as it stands now.
"""

from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from shared.kit.db import Reading, Row
from shared.kit.errors import NotFound
from shared.kit.request import Caller
from shared.organizations.sides import creditor_sides, owned

LARGEST = 20_000
"""The largest number of spaces in a report: its answer has to fit into what Lambda may return."""

# Without a day asked for it is the last one that has begun at each of the buildings.
PLACES = (
    """
WITH RECURSIVE mine AS (
    SELECT b.id, b.name, b.address, b.timezone
    FROM buildings b
    WHERE """
    + owned("b")
    + """
      AND (%(building_id)s::uuid IS NULL OR b.id = %(building_id)s)
), asked AS MATERIALIZED (
    SELECT coalesce(%(as_of)s::date, min(app.today(m.timezone)), app.today('UTC')) AS as_of,
           max(app.today(m.timezone)) AS today
    FROM mine m
), day AS MATERIALIZED (
    SELECT a.as_of, coalesce(a.as_of < a.today, false) AS is_past, coalesce(a.as_of > a.today, false) AS is_ahead
    FROM asked a
), place AS MATERIALIZED (
    SELECT m.id, m.name, m.address, d.as_of, its.end AS known_at, its.end <= app.now() AS is_past,
           row_number() OVER (ORDER BY m.name, m.id) AS number
    FROM mine m CROSS JOIN day d
    CROSS JOIN LATERAL (SELECT (d.as_of + 1)::timestamp AT TIME ZONE m.timezone AS end) AS its
)
"""
)

SELECT_DAY = (
    PLACES
    + """
SELECT d.as_of, d.is_ahead, %(building_id)s::uuid IS NULL OR EXISTS (SELECT FROM mine) AS is_known FROM day d
"""
)

_SELECT_BUILDING = """
SELECT b.id, b.name, b.address
FROM buildings b
WHERE b.id = %(building_id)s AND b.deleted_at IS NULL AND """ + owned("b")

_SELECT_FLOORS = """
SELECT f.floor_number
FROM floors f
WHERE f.building_id = %(building_id)s AND f.deleted_at IS NULL
ORDER BY f.floor_number DESC
"""

SELECT_SPACES = (
    PLACES
    + """
SELECT s.id::text AS space_id, s.building_id::text, p.name AS building_name, f.floor_number, it.name AS space_name,
       it.gross_sqft AS area_sqft,
       round(100 * it.gross_sqft / sum(it.gross_sqft) OVER (PARTITION BY p.number), 2) AS building_percent,
       it.base_price_monthly AS asking_rent, it.currency AS asking_currency, it.availability_status,
       s.external_id
FROM place p
JOIN spaces s ON s.building_id = p.id
JOIN floors f ON f.id = s.floor_id
LEFT JOIN LATERAL (
    SELECT h.name, h.gross_sqft, h.is_leasable, h.base_price_monthly, h.currency, h.availability_status, h.is_deleted
    FROM space_history h
    WHERE p.is_past AND h.space_id = s.id AND h.valid_until >= p.known_at
    ORDER BY h.valid_until, h.number
    LIMIT 1
) AS was ON true
CROSS JOIN LATERAL (
    SELECT coalesce(was.name, s.name) AS name, coalesce(was.gross_sqft, s.gross_sqft) AS gross_sqft,
           coalesce(was.is_leasable, s.is_leasable) AS is_leasable,
           CASE WHEN was.name IS NULL THEN s.base_price_monthly ELSE was.base_price_monthly END AS base_price_monthly,
           coalesce(was.currency, s.currency) AS currency,
           coalesce(was.availability_status, s.availability_status) AS availability_status,
           coalesce(was.is_deleted, s.deleted_at IS NOT NULL) AS is_deleted
) AS it
WHERE s.created_at < p.known_at AND it.is_leasable AND NOT it.is_deleted
ORDER BY p.number, f.floor_number, it.name, s.id
LIMIT %(limit)s
"""
)

# Of each space the lease that holds it on the day, or else the next one, and those that follow: no two of them overlap,
# so it is the first that has not ended. An executed lease has been activated, and is not given up before its last day.
# One that goes on after its last day ends when it is terminated.
LEASES = """
SELECT c.space_id, c.id AS contract_id, c.contract_type, c.start_date, stays.end_date, c.term_months,
       c.base_rent, c.currency, c.escalation::text, c.free_rent::text,
       CASE WHEN c.escalation ->> 'kind' = 'AMOUNT' THEN
           coalesce(c.terms ->> 'rentable_sqft', c.premises ->> 'gross_sqft')::numeric
       END AS rentable_sqft,
       CASE WHEN c.escalation ->> 'kind' = 'INDEX' THEN
           (SELECT jsonb_agg(jsonb_build_array(v.day, v.value::text, v.final, v.version))
            FROM index_values v
            WHERE v.organization_id = c.owner_organization_id AND v.name = c.escalation #>> '{index,name}'
              AND v.created_at < p.known_at)
       END AS index_values,
       coalesce(c.client_party ->> 'legal_name', c.client_party ->> 'name') AS tenant, c.renews_contract_id,
       stays.holdover_percent, c.external_id,
       c.start_date = min(c.start_date) OVER (PARTITION BY c.space_id) AS is_first
FROM place p
JOIN contracts c ON c.building_id = p.id
LEFT JOIN LATERAL (
    SELECT h.status, h.end_date
    FROM contract_history h
    WHERE p.is_past AND h.contract_id = c.id AND h.valid_until >= p.known_at
    ORDER BY h.valid_until, h.number
    LIMIT 1
) AS was ON true
CROSS JOIN LATERAL (
    SELECT coalesce(was.status, c.status) AS status,
           CASE WHEN was.status IS NULL THEN least(c.end_date, c.terminates_on - 1) ELSE was.end_date END AS end_date,
           CASE WHEN c.terminates_on IS NULL OR c.terminates_on > c.end_date + 1 THEN c.holdover_percent END AS holdover
) AS it
CROSS JOIN LATERAL (
    SELECT CASE WHEN it.holdover IS NULL OR p.as_of <= it.end_date AND c.terminates_on IS NULL THEN it.end_date
                ELSE c.terminates_on - 1 END AS end_date,
           CASE WHEN p.as_of > it.end_date THEN it.holdover END AS holdover_percent
) AS stays
WHERE c.activated_at < p.known_at AND it.status IN ('SIGNED', 'ACTIVE', 'EXPIRED')
  AND (stays.end_date IS NULL OR stays.end_date >= greatest(p.as_of, c.start_date))
ORDER BY c.space_id, c.start_date
"""

LEASE = """
l.space_id::text, l.contract_id::text, l.contract_type, l.start_date, l.end_date, l.term_months, l.base_rent,
       l.currency, l.escalation, l.free_rent, l.rentable_sqft, l.index_values, l.tenant, l.renews_contract_id::text,
       l.holdover_percent, l.external_id
"""

_SELECT_LEASES = (
    PLACES
    + ", lease AS ("
    + LEASES
    + ") SELECT "
    + LEASE
    + """, NULL::numeric AS deposit_held, NULL::numeric AS past_due, NULL::numeric AS current,
       NULL::numeric AS unapplied_credit, NULL::numeric AS prepaid, NULL::numeric AS ledger_balance
FROM lease l
ORDER BY l.space_id, l.start_date
"""
)


class Asked(NamedTuple):
    """The day of a report; `is_ahead`: it has not begun at any of the buildings. `is_known`: the building asked for is
    the caller's."""

    as_of: date
    is_ahead: bool
    is_known: bool


class SpaceRow(NamedTuple):
    """A leasable space as it was on the day."""

    space_id: str
    building_id: str
    building_name: str
    floor_number: int
    space_name: str
    area_sqft: Decimal
    building_percent: Decimal
    asking_rent: Decimal | None
    asking_currency: str
    availability_status: str
    external_id: str | None


class Deal(NamedTuple):
    """The lease, or the sale, that holds a space on the day or is signed to; without its money where that was not
    asked for, or another lease comes before it. `holdover_percent` is set when the lease goes on after its last day."""

    space_id: str
    contract_id: str
    contract_type: str
    start_date: date
    end_date: date | None
    term_months: int | None
    base_rent: Decimal
    currency: str
    escalation: str | None
    free_rent: str | None
    rentable_sqft: Decimal | None
    index_values: list[list[Any]] | None
    tenant: str
    renews_contract_id: str | None
    holdover_percent: Decimal | None
    external_id: str | None
    deposit_held: Decimal | None
    past_due: Decimal | None
    current: Decimal | None
    unapplied_credit: Decimal | None
    prepaid: Decimal | None
    ledger_balance: Decimal | None


class Scope(NamedTuple):
    """Whose report it is, of which building (None: all), as of which day (None: today)."""

    owner_side: UUID | None
    building_id: UUID | None
    as_of: date | None


def scope_of(caller: Caller, building_id: UUID | None, as_of: date | None) -> Scope:
    """The caller's own portfolio; for the platform's staff, everybody's."""
    return Scope(creditor_sides(caller)["owner_side"], building_id, as_of)


def select_building(tx: Reading, scope: Scope) -> tuple[Row | None, list[int], date, list[SpaceRow], list[Deal]]:
    """The building, its floors' numbers from the top, the day, its leasable spaces and their leases."""
    values = values_of(scope)
    buildings, floors, [asked], spaces, leases = tx.records(
        (_SELECT_BUILDING, values, None),
        (_SELECT_FLOORS, values, None),
        (SELECT_DAY, values, Asked),
        (SELECT_SPACES, values, SpaceRow),
        (_SELECT_LEASES, values, Deal),
    )
    building = buildings[0] if buildings else None
    return building, [row["floor_number"] for row in floors], asked.as_of, spaces, leases


def select_portfolio(tx: Reading, scope: Scope) -> tuple[date, list[SpaceRow], list[Deal]]:
    """The day, the leasable spaces (one more than `LARGEST` at most) and their leases. Raises NotFound where the
    building is not the caller's."""
    values = values_of(scope)
    [asked], spaces, found = tx.records(
        (SELECT_DAY, values, Asked), (SELECT_SPACES, values, SpaceRow), (_SELECT_LEASES, values, Deal)
    )
    check_known(asked)
    return asked.as_of, spaces, found


def check_known(asked: Asked) -> None:
    """Raises NotFound where the building asked for is not the caller's."""
    if not asked.is_known:
        raise NotFound()


def values_of(scope: Scope) -> Row:
    """The values of the statements of a report."""
    return {**scope._asdict(), "limit": LARGEST + 1}
