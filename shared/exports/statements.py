"""The SQL of what exports contain: each statement's columns are the fields of its model.

Each takes the values of `sides_of` or `creditor_sides`, the days `begins` and `ends`, the `building_id` and, where
there are links, the `public_url`.
"""

from shared.admin.shown import SHOWN as ENTRIES
from shared.bids.shown import SHOWN as BIDS_SHOWN
from shared.contracts.shown import SUMMARY
from shared.maintenance.shown import SHOWN as TICKETS_SHOWN
from shared.organizations.sides import mine, owned
from shared.payments.invoices import SHOWN as INVOICES_SHOWN
from shared.payments.ledger import ledger


def _days(column: str) -> str:
    return f"""(%(begins)s::date IS NULL OR {column} >= %(begins)s)
  AND (%(ends)s::date IS NULL OR {column} <= %(ends)s)"""


def _created(alias: str) -> str:
    """Created on the days, in UTC."""
    return f"""(%(begins)s::date IS NULL OR {alias}.created_at >= %(begins)s::date::timestamp AT TIME ZONE 'UTC')
  AND (%(ends)s::date IS NULL OR {alias}.created_at < (%(ends)s::date + 1)::timestamp AT TIME ZONE 'UTC')"""


_BUILDING = "(%(building_id)s::uuid IS NULL OR {}.building_id = %(building_id)s)"

# Of what carries a contract's id, not a building's.
_OF_BUILDING = """(%(building_id)s::uuid IS NULL
       OR {}.contract_id IN (SELECT o.id FROM contracts o WHERE o.building_id = %(building_id)s))"""

# S0 §10.2: a whole amount has no decimals.
PAYMENTS = f"""
SELECT p.contract_id, p.id AS payment_id,
       CASE WHEN p.amount = trunc(p.amount) THEN trunc(p.amount) ELSE p.amount END AS amount, p.currency, p.due_date,
       p.paid_date, p.status
FROM payments p
WHERE {mine("p")}
  AND {_OF_BUILDING.format("p")}
  AND ({_days("p.due_date")} OR {_days("p.paid_date")})
ORDER BY p.due_date, p.id
"""

INVOICES = f"""
{INVOICES_SHOWN}
WHERE {mine("p")}
  AND {_OF_BUILDING.format("p")}
  AND {_days("p.issued_on")}
ORDER BY p.issued_on, p.id
"""

# The balance counts what was posted before the days, too.
_MY_CONTRACTS = f"{{}}.contract_id IN (SELECT c.id FROM contracts c WHERE {mine('c')} AND {_BUILDING.format('c')})"

LEDGER = f"""
SELECT l.*
FROM ({ledger(_MY_CONTRACTS)}) AS l
WHERE {_days("l.posted_on")}
"""

JOURNAL = f"""
SELECT l.posted_on AS date, coalesce(b.accounts #>> ARRAY[l.account, 'code'], l.account) AS account, l.debit, l.credit,
       l.currency,
       CASE WHEN l.source IN ('INVOICE', 'CREDIT_NOTE') THEN l.reference ELSE l.entry_id::text END AS document,
       l.contract_id, c.premises #>> '{{building,name}}' AS building,
       coalesce(c.client_party ->> 'legal_name', c.client_party ->> 'name') AS tenant
FROM journal_lines l
JOIN contracts c ON c.id = l.contract_id
LEFT JOIN books b ON b.organization_id = l.owner_organization_id
WHERE {owned("l")}
  AND {_BUILDING.format("c")}
  AND {_days("l.posted_on")}
ORDER BY l.posted_on, l.entry_id, l.place
"""

# In force on one of the days; without days, whatever became of them.
CONTRACTS = f"""
SELECT {SUMMARY}
FROM contracts c
WHERE {mine("c")}
  AND {_BUILDING.format("c")}
  AND (%(begins)s::date IS NULL AND %(ends)s::date IS NULL
       OR c.activated_at IS NOT NULL
          AND (%(ends)s::date IS NULL OR c.start_date <= %(ends)s)
          -- One that goes on after its last day ends when it is terminated.
          AND coalesce(CASE WHEN c.holdover_percent IS NULL OR c.terminates_on IS NOT NULL
                            THEN least(c.end_date, c.terminates_on - 1) END, 'infinity')
              >= greatest(c.start_date, %(begins)s::date))
ORDER BY c.created_at, c.id
"""

# As they were at the end of the last day, in the building's time (docs/decisions/0021).
SPACES = f"""
SELECT s.id, it.name, it.gross_sqft, s.usable_sqft, s.usage_type, it.is_leasable, it.base_price_monthly, it.currency,
       it.availability_status, s.amenities, s.images, s.external_id, s.floor_id, s.building_id, g.owner_id,
       s.owner_organization_id, s.created_at, s.updated_at,
       jsonb_build_object('id', f.id, 'floor_number', f.floor_number, 'floor_plan_url', f.floor_plan_url) AS floor,
       jsonb_build_object('id', g.id, 'name', g.name, 'address', g.address,
                          'latitude', trim_scale(g.latitude), 'longitude', trim_scale(g.longitude),
                          'timezone', g.timezone) AS building
FROM spaces s
JOIN floors f ON f.id = s.floor_id
JOIN buildings g ON g.id = s.building_id
CROSS JOIN LATERAL (SELECT (%(ends)s::date + 1)::timestamp AT TIME ZONE g.timezone AS end) AS known
LEFT JOIN LATERAL (
    SELECT h.*
    FROM space_history h
    WHERE known.end <= app.now() AND h.space_id = s.id AND h.valid_until >= known.end
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
WHERE {owned("s")}
  AND {_BUILDING.format("s")}
  AND NOT it.is_deleted
  AND (known.end IS NULL OR s.created_at < known.end)
ORDER BY g.name, g.id, f.floor_number, it.name, s.id
"""

BIDS = f"""
{BIDS_SHOWN}
WHERE {mine("b")}
  AND {_BUILDING.format("b")}
  AND {_created("b")}
ORDER BY b.created_at, b.id
"""

TICKETS = f"""
{TICKETS_SHOWN}
WHERE {owned("t")}
  AND {_BUILDING.format("t")}
  AND {_created("t")}
ORDER BY t.created_at, t.id
"""

AUDIT = f"""
{ENTRIES}
WHERE a.organization_id = %(organization_id)s
  AND {_created("a")}
ORDER BY a.created_at, a.id
"""
