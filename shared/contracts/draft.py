"""The draft contract that an approved bid becomes: the hold on its space, with the deal as it was struck.

Names, addresses and premises are copied into the contract, so that no later change reaches the deal.
"""

from decimal import Decimal

from shared.bids.models import Bid
from shared.kit.db import Tx
from shared.kit.ids import new_id
from shared.kit.request import Caller
from shared.kit.settings import setting
from shared.maths.months import end_date
from shared.maths.schedule import schedule, schedule_total
from shared.maths.terms import Terms
from shared.spaces.currencies import exponent_of

_HOLD_AND_INSERT = """
INSERT INTO contracts (id, bid_id, space_id, building_id, owner_id, owner_organization_id, client_id,
                       client_organization_id, contract_type, start_date, end_date, term_months, base_rent,
                       currency, schedule_total, owner_party, client_party, premises, hold_until, created_by,
                       updated_by)
SELECT %(contract_id)s, b.id, b.space_id, b.building_id, b.owner_id, b.owner_organization_id, b.client_id,
       b.client_organization_id, b.contract_type, b.start_date, %(end_date)s, b.term_months, %(base_rent)s,
       b.currency, %(schedule_total)s,
       coalesce(b.owner_party,
                jsonb_build_object('user_id', u.id, 'name', u.name, 'email', u.email, 'organization_id', o.id,
                                   'legal_name', coalesce(o.legal_name, o.name), 'address', o.address,
                                   'tax_id', o.tax_id)),
       b.client_party,
       jsonb_build_object('building', jsonb_build_object('id', g.id, 'name', g.name, 'address', g.address,
                                                         'timezone', g.timezone),
                          'floor_number', f.floor_number,
                          'space', jsonb_build_object('id', s.id, 'name', s.name),
                          'gross_sqft', s.gross_sqft, 'usable_sqft', s.usable_sqft,
                          'usage_type', s.usage_type),
       app.now() + make_interval(days => %(hold_days)s), %(by)s, %(by)s
FROM bids b
JOIN spaces s ON s.id = b.space_id
JOIN floors f ON f.id = s.floor_id
JOIN buildings g ON g.id = s.building_id
LEFT JOIN users u ON u.id = b.owner_id
LEFT JOIN organizations o ON o.id = b.owner_organization_id
WHERE b.id = %(bid_id)s AND app.hold_space(%(space_id)s, %(contract_id)s)
"""


def draft_contract(tx: Tx, caller: Caller, bid: Bid) -> None:
    """Hold the bid's space and draft its contract. Where the space is gone the bid will have no `contract_id`:
    that is seen when the bid is read next, which spares a round trip.

    The contract's total is the sum of its schedule's lines, in the bid's currency.
    """
    assert bid.term_months is not None  # noqa: S101 (only a SALE has none)
    rent: Decimal = bid.counter_offer_amount or bid.bid_amount
    terms = Terms(
        start_date=bid.start_date,
        bid_amount=rent,
        term_months=bid.term_months,
        exponent=exponent_of(bid.currency),
    )
    values = {
        "contract_id": new_id(),
        "bid_id": bid.id,
        "space_id": bid.space_id,
        "end_date": end_date(bid.start_date, bid.term_months),
        "base_rent": rent,
        "schedule_total": schedule_total(schedule(terms)),
        "hold_days": int(setting("HOLD_DAYS", "14")),
        "by": caller.user_id,
    }
    tx.run(_HOLD_AND_INSERT, values)
