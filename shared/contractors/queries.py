"""The SQL of contractors: what their organizations say of themselves, and how owners find them."""

from collections.abc import Sequence
from uuid import UUID

from psycopg.types.json import Jsonb

from shared.contractors.models import ContractorFilter
from shared.kit.db import Asked, Reading, Row, Tx
from shared.kit.request import Caller

_SELECT_CHOSEN = """
SELECT c.id, c.organization_id, jsonb_build_object('name', c.name, 'organization', c.organization) AS party,
       coalesce(c.insured_until < app.today('UTC'), false) AS is_uninsured
FROM unnest(%(ids)s::uuid[]) WITH ORDINALITY AS asked (id, place)
JOIN app.contractors() AS c ON c.id = asked.id
ORDER BY asked.place
"""

_SELECT_QUOTING = """
SELECT c.id, c.organization_id, jsonb_build_object('name', c.name, 'organization', c.organization) AS party,
       coalesce(c.insured_until < app.today('UTC'), false) AS is_uninsured
FROM ticket_quotes q
JOIN app.contractors() AS c ON c.organization_id = q.contractor_organization_id
WHERE q.id = %(quote_id)s
ORDER BY c.id
"""

# How far, in kilometers, a contractor's place is from the one asked for, along the ground.
_DISTANCE = """(
    2 * 6371.0088 * asin(least(1, sqrt(
        sind(((c.service_area #>> '{near,latitude}')::float8 - %(latitude)s::float8) / 2) ^ 2
        + cosd(%(latitude)s::float8) * cosd((c.service_area #>> '{near,latitude}')::float8)
          * sind(((c.service_area #>> '{near,longitude}')::float8 - %(longitude)s::float8) / 2) ^ 2)))
)"""

# One for each organization that has a profile.
_SELECT_CONTRACTORS = f"""
SELECT c.id, c.organization_id, c.name, c.organization, c.trades, c.service_area, c.license_number, c.insured_until,
       CASE WHEN c.insured_until IS NULL THEN 'UNKNOWN' WHEN c.insured_until < app.today('UTC') THEN 'EXPIRED'
            ELSE 'VALID' END AS insurance,
       c.rating, c.ratings
FROM app.contractors() AS c
WHERE c.has_profile AND c.is_first
  AND (%(trade)s::text IS NULL OR c.trades ? %(trade)s)
  AND (%(latitude)s::float8 IS NULL
       OR {_DISTANCE} <= coalesce((c.service_area ->> 'radius_km')::float8, 0) + %(radius_km)s::float8)
  AND (%(min_rating)s::numeric IS NULL OR c.rating >= %(min_rating)s)
  AND (%(after)s::text IS NULL OR (c.organization, c.id) > (%(after)s, %(after_id)s::uuid))
ORDER BY c.organization, c.id
LIMIT %(limit)s
"""

_PROFILE = """
p.organization_id AS id, p.trades, p.service_area, p.license_number,
CASE WHEN p.insurance_expires_on IS NOT NULL
     THEN jsonb_build_object('document_id', p.insurance_document_id, 'expires_on', p.insurance_expires_on)
END AS insurance,
p.updated_at
"""

_SELECT_PROFILE = f"""
SELECT {_PROFILE} FROM contractor_profiles p WHERE p.organization_id = %(organization_id)s
"""

_UPSERT_PROFILE = f"""
INSERT INTO contractor_profiles AS p (organization_id, trades, service_area, license_number, insurance_document_id,
                                      insurance_expires_on, created_by, updated_by)
VALUES (%(organization_id)s, %(trades)s, %(service_area)s, %(license_number)s, %(document_id)s, %(expires_on)s,
        %(by)s, %(by)s)
ON CONFLICT (organization_id) DO UPDATE
SET trades = excluded.trades, service_area = excluded.service_area, license_number = excluded.license_number,
    insurance_document_id = excluded.insurance_document_id, insurance_expires_on = excluded.insurance_expires_on,
    updated_at = clock_timestamp(), updated_by = excluded.updated_by
RETURNING {_PROFILE}
"""

# Of several days that have come, the last one counts.
_SELECT_ENDING = """
SELECT p.organization_id AS id, p.insurance_expires_on AS expires_on, work.day,
       p.insurance_expires_on - app.today('UTC') AS days_left
FROM contractor_profiles p
CROSS JOIN LATERAL (
    SELECT p.insurance_expires_on - min(a.days_before) AS day
    FROM unnest(%(notices)s::integer[]) AS a (days_before)
    WHERE a.days_before >= p.insurance_expires_on - app.today('UTC')
) AS work
WHERE p.insurance_expires_on BETWEEN app.today('UTC')
      AND app.today('UTC') + (SELECT max(a.days_before) FROM unnest(%(notices)s::integer[]) AS a (days_before))
  AND NOT EXISTS (SELECT FROM work_items w
                  WHERE w.entity_id = p.organization_id AND w.job = 'remind_insured' AND w.day = work.day)
ORDER BY p.insurance_expires_on, p.organization_id
LIMIT %(limit)s
"""

# Of two who write the first profile at once, one sees the other's.
_LOCK_ORGANIZATION = "SELECT o.id FROM organizations o WHERE o.id = %(organization_id)s FOR UPDATE"


def ask_contractors(tx: Tx, ids: Sequence[UUID]) -> Asked[list[Row]]:
    """Those with these user ids, in order: `id`, `organization_id`, `party`, and whether their insurance has ended
    (`is_uninsured`)."""
    return tx.later(_SELECT_CHOSEN, {"ids": list(ids)})


def ask_contractors_of(tx: Tx, quote_id: UUID) -> Asked[list[Row]]:
    """As ask_contractors, those of the organization that made the quote."""
    return tx.later(_SELECT_QUOTING, {"quote_id": quote_id})


def select_contractors(tx: Reading, query: ContractorFilter) -> list[Row]:
    """One row more than the page holds."""
    after, after_id = query.key_before(str, UUID)
    latitude, longitude = query.near or (None, None)
    values = {
        "trade": query.trade,
        "latitude": latitude,
        "longitude": longitude,
        "radius_km": query.radius_km or 0,
        "min_rating": query.min_rating,
        "after": after,
        "after_id": after_id,
        "limit": query.limit + 1,
    }
    return tx.all(_SELECT_CONTRACTORS, values)


def select_profile(tx: Reading, caller: Caller) -> Row | None:
    """What the caller's organization says of itself; None if it has said nothing."""
    return tx.one(_SELECT_PROFILE, {"organization_id": caller.organization_id})


def select_ending(tx: Tx, notices: Sequence[int], limit: int) -> list[Row]:
    """`id`, `expires_on`, `days_left` and `day` of organizations to be told, so many days before, that their insurance
    ends."""
    return tx.all(_SELECT_ENDING, {"notices": list(notices), "limit": limit})


def lock_profile(tx: Tx, caller: Caller) -> Row | None:
    """As select_profile; nobody else changes it until the transaction ends."""
    values = {"organization_id": caller.organization_id}
    _, rows = tx.batch((_LOCK_ORGANIZATION, values), (_SELECT_PROFILE, values))
    return rows[0] if rows else None


def upsert_profile(tx: Tx, caller: Caller, after: Row) -> Row:
    """The profile with the values of `after`."""
    insurance = after["insurance"] or {"document_id": None, "expires_on": None}
    values = {
        "organization_id": caller.organization_id,
        "trades": Jsonb(after["trades"]),
        "service_area": Jsonb(after["service_area"]) if after["service_area"] else None,
        "license_number": after["license_number"],
        "document_id": insurance["document_id"],
        "expires_on": insurance["expires_on"],
        "by": caller.user_id,
    }
    [row] = tx.all(_UPSERT_PROFILE, values)
    return row
