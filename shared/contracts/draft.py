"""The draft contract that an approved bid becomes (the hold on its space, with the deal as it was struck), or that an
owner draws up without one.

Names, addresses and premises are copied into the contract, so that no later change reaches the deal.
"""

from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from shared.bids.models import Bid
from shared.bids.terms import terms_of_bid
from shared.kit.db import Tx
from shared.kit.ids import new_id
from shared.kit.request import Caller
from shared.kit.settings import setting
from shared.maths.months import end_date
from shared.maths.schedule import Line, schedule, schedule_total
from shared.maths.terms import Terms
from shared.terms.deal import COLUMNS
from shared.terms.stored import stored_terms

_COLUMNS = """(id, bid_id, space_id, building_id, owner_id, owner_organization_id, client_id,
                       client_organization_id, contract_type, start_date, end_date, term_months, base_rent,
                       billing_frequency, proration, deposit_months, tax_percent, escalation, free_rent, late_policy,
                       terms, currency, schedule_total, owner_party, client_party, premises, hold_until, created_by,
                       updated_by)"""

_TERMS = """
%(contract_type)s, %(start_date)s, %(end_date)s, %(term_months)s, %(base_rent)s,
%(billing_frequency)s, %(proration)s, %(deposit_months)s, %(tax_percent)s, %(escalation)s, %(free_rent)s,
%(late_policy)s, %(terms)s
"""

OWNER_PARTY = """
jsonb_build_object('user_id', u.id, 'name', u.name, 'email', u.email, 'organization_id', o.id,
                   'legal_name', coalesce(o.legal_name, o.name), 'address', o.address, 'tax_id', o.tax_id,
                   'logo_url', o.logo_url)
"""

PREMISES = """
jsonb_build_object('building', jsonb_build_object('id', g.id, 'name', g.name, 'address', g.address,
                                                  'timezone', g.timezone),
                   'floor_number', f.floor_number,
                   'space', jsonb_build_object('id', s.id, 'name', s.name),
                   'gross_sqft', coalesce(%(rentable_sqft)s, s.gross_sqft),
                   'usable_sqft', least(s.usable_sqft, %(rentable_sqft)s),
                   'usage_type', s.usage_type)
"""

_HOLD_AND_INSERT = f"""
INSERT INTO contracts {_COLUMNS}
SELECT %(contract_id)s, b.id, b.space_id, b.building_id, b.owner_id, b.owner_organization_id, b.client_id,
       b.client_organization_id, {_TERMS}, b.currency, %(schedule_total)s,
       coalesce(b.owner_party, {OWNER_PARTY}), b.client_party, {PREMISES},
       app.now() + make_interval(days => %(hold_days)s), %(by)s, %(by)s
FROM bids b
JOIN spaces s ON s.id = b.space_id
JOIN floors f ON f.id = s.floor_id
JOIN buildings g ON g.id = s.building_id
LEFT JOIN users u ON u.id = b.owner_id
LEFT JOIN organizations o ON o.id = b.owner_organization_id
WHERE b.id = %(bid_id)s AND app.hold_space(%(space_id)s, %(contract_id)s)
"""

_INSERT_DIRECT = f"""
INSERT INTO contracts {_COLUMNS}
SELECT %(contract_id)s, NULL, s.id, s.building_id, g.owner_id, s.owner_organization_id, %(client_id)s,
       client.organization_id, {_TERMS}, s.currency, %(schedule_total)s,
       {OWNER_PARTY}, client.party, {PREMISES}, NULL, %(by)s, %(by)s
FROM spaces s
JOIN floors f ON f.id = s.floor_id
JOIN buildings g ON g.id = s.building_id
JOIN users u ON u.id = g.owner_id
JOIN organizations o ON o.id = s.owner_organization_id
CROSS JOIN app.client(%(client_id)s) AS client
WHERE s.id = %(space_id)s
"""


def hold_and_draft(tx: Tx, caller: Caller, bid: Bid) -> None:
    """Hold the bid's space and draft its contract on the terms on the table. Where the space is gone nothing is
    written: the bid has no `contract_id` when it is read next.
    """
    values = {
        "contract_id": new_id(),
        "bid_id": bid.id,
        "space_id": bid.space_id,
        "hold_days": int(setting("HOLD_DAYS", "14")),
        "by": caller.user_id,
    }
    tx.run(_HOLD_AND_INSERT, values | frozen(terms_of_bid(bid)))


def draft_direct(tx: Tx, caller: Caller, space_id: UUID, client_id: UUID, terms: Terms) -> UUID:
    """Draft a lease that no bid came before. It holds nothing until it is sent."""
    contract_id = new_id()
    values = {"contract_id": contract_id, "space_id": space_id, "client_id": client_id, "by": caller.user_id}
    tx.run(_INSERT_DIRECT, values | frozen(terms))
    return contract_id


def frozen(terms: Terms, after: Line | None = None) -> dict[str, Any]:
    """The columns of a contract on these terms; `after` is the last line of the lease that they renew.

    Its total is the sum of its schedule's lines, in its currency. A sale has no end.
    """
    stored = stored_terms(terms)
    columns = {name: Jsonb(value) if isinstance(value, dict) else value for name, value in stored.items()}
    return columns | {
        "contract_type": terms.contract_type,
        "start_date": terms.start_date,
        "term_months": terms.term_months,
        "end_date": end_date(terms.start_date, terms.term_months) if terms.term_months else None,
        "base_rent": terms.bid_amount,
        "schedule_total": schedule_total(schedule(terms, after=after)),
        "terms": Jsonb({name: value for name, value in stored.items() if name not in COLUMNS}),
    }
