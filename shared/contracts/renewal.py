"""A lease that continues after its end: its next version, on its own terms, without a gap or an overlap."""

from collections import defaultdict
from datetime import timedelta
from uuid import UUID

from shared.contracts.draft import frozen
from shared.kit.db import Asked, Row, Tx
from shared.kit.errors import Detail, Unprocessable
from shared.kit.fields import PositiveMoney
from shared.kit.ids import new_id
from shared.kit.request import Caller
from shared.kit.settings import setting
from shared.maths.schedule import Line, schedule
from shared.maths.terms import IndexValue, Terms
from shared.terms.deal import terms_of
from shared.terms.index import with_known_codes
from shared.terms.offered import OfferedTerms, agreed

KEPT = ("billing_frequency", "proration", "tax_percent", "tax_codes", "late_policy")
"""Optional terms that stand as they were where a renewal does not name them; the others go back to their defaults."""

_INSERT = """
INSERT INTO contracts (id, renews_contract_id, version, space_id, building_id, owner_id, owner_organization_id,
                       client_id, client_organization_id, contract_type, start_date, end_date, term_months, base_rent,
                       billing_frequency, proration, deposit_months, tax_percent, escalation, free_rent, late_policy,
                       terms, currency, schedule_total, owner_party, client_party, premises, sent_at, hold_until,
                       created_by, updated_by)
SELECT %(contract_id)s, o.id, o.version + 1, o.space_id, o.building_id, o.owner_id, o.owner_organization_id,
       o.client_id, o.client_organization_id, o.contract_type, %(start_date)s, %(end_date)s, %(term_months)s,
       %(base_rent)s, %(billing_frequency)s, %(proration)s, %(deposit_months)s, %(tax_percent)s, %(escalation)s,
       %(free_rent)s, %(late_policy)s, %(terms)s, o.currency, %(schedule_total)s, o.owner_party, o.client_party,
       o.premises, now(),
       -- The lease's own hold on the space ends with it.
       least(app.now() + make_interval(days => %(hold_days)s),
             %(start_date)s::date::timestamp AT TIME ZONE (o.premises #>> '{building,timezone}')), %(by)s, %(by)s
FROM contracts o
WHERE o.id = %(renews)s
"""

_SELECT_INDEXES = """
SELECT v.name, v.day, v.value, v.final, v.version
FROM contracts c
JOIN index_values v ON v.organization_id = c.owner_organization_id
    AND v.name IN (%(name)s, c.escalation #>> '{index,name}')
WHERE c.id = %(contract_id)s
"""


class WrongStart(Unprocessable):
    message = "A renewal must start the day after the current lease ends."


class Renewal(OfferedTerms):
    """The terms of a renewal. By default it starts when the lease ends, lasts 12 months, and keeps the lease's billing,
    proration, tax and late charges. All other terms have the same defaults as a first offer."""

    bid_amount: PositiveMoney


def select_indexes(tx: Tx, contract_id: UUID, renewal: Renewal) -> Asked[dict[str | None, list[IndexValue]]]:
    """The published values of the indexes that the lease and its renewal name, by name."""

    def by_name(rows: list[Row]) -> dict[str | None, list[IndexValue]]:
        found: dict[str | None, list[IndexValue]] = defaultdict(list)
        for row in rows:
            found[row["name"]].append(IndexValue(row["day"], row["value"], row["final"], row["version"]))
        return found

    found = tx.later(_SELECT_INDEXES, {"contract_id": contract_id, "name": renewal.index_name()}).then(by_name)
    return with_known_codes(tx, "contract", contract_id, renewal, found)


def renewed_terms(deal: Row, renewal: Renewal) -> Terms:
    """The renewal's terms. Raises WrongStart, Unprocessable on the type."""
    starts = deal["end_date"] + timedelta(days=1)
    if renewal.start_date not in (None, starts):
        raise WrongStart(Detail("start_date", f"must be {starts.isoformat()}, the day after the lease ends"))
    if renewal.contract_type not in (None, deal["contract_type"]):
        raise WrongStart(Detail("contract_type", f"must be {deal['contract_type']}, the type of the current contract"))
    lease = terms_of(deal)
    blank = Terms(
        start_date=starts,
        bid_amount=renewal.bid_amount,
        contract_type=lease.contract_type,
        area=lease.area,
        exponent=lease.exponent,
    )._replace(**{name: getattr(lease, name) for name in KEPT})
    return agreed(renewal, blank, blank)


def index_of(deal: Row) -> str | None:
    """The name of the index that the lease's rent follows, if any."""
    clause = (deal["escalation"] or {}).get("index")
    return clause["name"] if clause else None


def last_line(deal: Row, index_values: list[IndexValue]) -> Line:
    """The last line of the lease that is renewed."""
    return schedule(terms_of(deal), index_values)[-1]


def draft_renewal(tx: Tx, caller: Caller, lease_id: UUID, terms: Terms, after: Line) -> UUID:
    """Draft the next version of a lease, whose last line is `after`; its saga asks both sides to sign it."""
    contract_id = new_id()
    values = {
        "contract_id": contract_id,
        "renews": lease_id,
        "hold_days": int(setting("HOLD_DAYS", "14")),
        "by": caller.user_id,
    }
    tx.run(_INSERT, values | frozen(terms, after))
    return contract_id
