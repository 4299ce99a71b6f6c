"""The SQL of buildings.csv and leases.csv: what an organization has today, in the columns in which it can be imported
(shared/imports/columns.py). Where a thing has no `external_id`, ours stands for it.
"""

from shared.exports.columns import Column
from shared.imports.columns import Kind, names_of
from shared.payments.bound import held_of

_BUILDINGS = """
SELECT coalesce(b.external_id, b.id::text) AS building_external_id, b.name AS building_name,
       b.address ->> 'street' AS street, b.address ->> 'city' AS city, b.address ->> 'state' AS state,
       b.address ->> 'country' AS country, b.address ->> 'postal_code' AS postal_code,
       trim_scale(b.latitude) AS latitude, trim_scale(b.longitude) AS longitude, b.timezone, b.total_floors,
       f.floor_number,
       coalesce(s.external_id, s.id::text) AS space_external_id, s.name AS space_name, s.gross_sqft, s.usable_sqft,
       s.usage_type, CASE WHEN s.is_leasable THEN 'yes' ELSE 'no' END AS is_leasable, s.base_price_monthly, s.currency,
       (SELECT string_agg(a.word, ';' ORDER BY a.place)
        FROM jsonb_array_elements_text(s.amenities) WITH ORDINALITY AS a (word, place)) AS amenities
FROM spaces s
JOIN floors f ON f.id = s.floor_id
JOIN buildings b ON b.id = s.building_id
WHERE s.owner_organization_id = %(organization_id)s AND s.deleted_at IS NULL AND b.deleted_at IS NULL
ORDER BY b.name, b.id, f.floor_number, s.name, s.id
"""


def _elements(of: str) -> str:
    """Those of a list, which may be null."""
    return f"jsonb_array_elements(CASE jsonb_typeof({of}) WHEN 'array' THEN {of} ELSE '[]' END)"


# Increases that an import cannot say by their kind are steps; what it cannot say at all (an index, taxes) is in
# data/contracts.jsonl alone.
_EVERY = "coalesce((c.escalation ->> 'every_months')::int, 12)"
_IS_STEPPED = (
    f"(c.escalation ->> 'kind' = 'AMOUNT' OR c.escalation ->> 'kind' IN ('COMPOUND', 'SIMPLE') AND {_EVERY} <> 12)"
)
_STEPS = f"""
SELECT string_agg(n.number * {_EVERY} + 1 || ':' || round(CASE c.escalation ->> 'kind'
           WHEN 'AMOUNT' THEN c.base_rent + n.number * (c.escalation ->> 'amount_psf')::numeric
                              * coalesce(c.terms ->> 'rentable_sqft', c.premises ->> 'gross_sqft')::numeric / 12
           WHEN 'SIMPLE' THEN c.base_rent * (1 + n.number * (c.escalation ->> 'percent')::numeric / 100)
           ELSE c.base_rent * (1 + (c.escalation ->> 'percent')::numeric / 100) ^ n.number END, 2), ';'
       ORDER BY n.number)
FROM generate_series(1, (c.term_months - 1) / {_EVERY}) AS n (number)
"""

# Rent is paid through the last period that was invoiced and is settled, as all before it are. Whatever else the account
# comes to, with those of the leases that it renews, is the open balance: an import asks for the later periods anew.
_LEASES = f"""
WITH RECURSIVE chain AS (
    SELECT c.id AS lease_id, c.id AS contract_id, c.renews_contract_id
    FROM contracts c
    WHERE c.owner_organization_id = %(organization_id)s AND c.status IN ('SIGNED', 'ACTIVE')
    UNION ALL
    SELECT k.lease_id, o.id, o.renews_contract_id
    FROM chain k
    JOIN contracts o ON o.id = k.renews_contract_id AND o.status NOT IN ('SIGNED', 'ACTIVE')
), account AS (
    SELECT k.lease_id,
           sum(coalesce((SELECT sum(CASE i.kind WHEN 'INVOICE' THEN i.total_amount ELSE -i.total_amount END)
                         FROM invoices i WHERE i.contract_id = k.contract_id), 0)
               + coalesce((SELECT sum(t.charged) FROM booked_transactions t WHERE t.contract_id = k.contract_id), 0))
               AS balance
    FROM chain k
    GROUP BY k.lease_id
)
SELECT coalesce(s.external_id, s.id::text) AS space_external_id,
       coalesce(c.client_party ->> 'legal_name', c.client_party ->> 'name') AS tenant_name,
       c.client_party ->> 'email' AS tenant_email, coalesce(c.external_id, c.id::text) AS contract_external_id,
       c.contract_type, c.start_date,
       c.end_date, c.term_months, c.base_rent AS base_rent_monthly, c.currency, c.billing_frequency,
       {held_of("c.id")} AS deposit,
       CASE WHEN {_IS_STEPPED} THEN 'STEP' WHEN c.escalation ->> 'kind' IN ('COMPOUND', 'SIMPLE', 'STEP')
            THEN c.escalation ->> 'kind' ELSE 'NONE' END AS escalation_kind,
       CASE WHEN c.escalation ->> 'kind' IN ('COMPOUND', 'SIMPLE') AND NOT {_IS_STEPPED}
            THEN c.escalation ->> 'percent' END AS escalation_percent,
       CASE WHEN {_IS_STEPPED} THEN ({_STEPS})
            ELSE (SELECT string_agg((e.step ->> 'from_month') || ':' || (e.step ->> 'rent'), ';' ORDER BY e.place)
                  FROM {_elements("c.escalation -> 'table'")} WITH ORDINALITY AS e (step, place) WHERE e.place > 1)
       END AS rent_steps,
       (SELECT string_agg(m.number #>> '{{}}', ';') FROM {_elements("c.free_rent -> 'months'")} AS m (number))
       AS free_months,
       paid.through AS paid_through, a.balance - later.amount AS open_balance, 'no' AS invite
FROM contracts c
JOIN spaces s ON s.id = c.space_id
JOIN account a ON a.lease_id = c.id
CROSS JOIN LATERAL (
    SELECT nullif(coalesce(min(p.period_start) FILTER (WHERE p.owed > p.paid_amount OR p.invoiced_on IS NULL) - 1,
                           max(p.period_end)), c.start_date - 1) AS through
    FROM payments p
    WHERE p.contract_id = c.id AND p.installment_number IS NOT NULL AND p.owed > 0
) AS paid
CROSS JOIN LATERAL (
    SELECT coalesce(sum(p.amount), 0.00) AS amount
    FROM payments p
    WHERE p.contract_id = c.id AND p.installment_number IS NOT NULL AND p.invoiced_on IS NOT NULL
      AND (paid.through IS NULL OR p.period_start > paid.through)
) AS later
WHERE c.contract_type IN ('LEASE', 'RENTAL')
ORDER BY c.start_date, c.id
"""

_WRITTEN = frozenset(
    {"building_external_id", "building_name", "street", "city", "state", "country", "postal_code", "amenities"}
    | {"space_external_id", "space_name", "tenant_name", "tenant_email", "contract_external_id"}
)


def _sheet(kind: Kind, statement: str) -> str:
    """The statement's rows with the columns in their order; what people wrote is no formula."""
    listed = ", ".join(Column((name,), "text" if name in _WRITTEN else "word").cell for name in names_of(kind))
    return f"SELECT {listed} FROM ({statement}) AS shown"


BUILDINGS = _sheet(Kind.BUILDINGS, _BUILDINGS)
LEASES = _sheet(Kind.LEASES, _LEASES)
