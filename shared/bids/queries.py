"""The SQL of bids."""

from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from shared.bids.models import Bid, BidFilter, BidStatus, Proposal
from shared.bids.shown import SHOWN
from shared.kit.catalog import Role
from shared.kit.db import Reading, Row, Tx
from shared.kit.ids import new_id
from shared.kit.request import Caller
from shared.organizations.sides import EVERY_SIDE, mine, sides_of

_MINE = mine("b")

_SELECT_PAGE = (
    SHOWN
    + " WHERE "
    + _MINE
    + """
  AND (%(space_id)s::uuid IS NULL OR b.space_id = %(space_id)s)
  AND (%(client_id)s::uuid IS NULL OR b.client_id = %(client_id)s)
  AND (%(status)s::text IS NULL OR b.status = %(status)s)
  AND (%(before)s::timestamptz IS NULL OR (b.created_at, b.id) < (%(before)s, %(before_id)s::uuid))
ORDER BY b.created_at DESC, b.id DESC
LIMIT %(limit)s
"""
)

_SELECT_ONE = SHOWN + " WHERE b.id = %(bid_id)s AND " + _MINE

# A broker's mandate cannot be revoked between this and the end of the transaction.
_LOCK_MANDATE_OF = "SELECT app.lock_mandate(b.client_organization_id) FROM bids b WHERE b.id = %(bid_id)s"

_LOCK_SPACE_OF = """
SELECT app.lock_space(b.space_id) AS locked FROM bids b WHERE b.id = %(bid_id)s
"""

_LOCK_ONE = "SELECT b.id FROM bids b WHERE b.id = %(bid_id)s AND " + _MINE + " FOR UPDATE"

# A client keeps its bid, and may withdraw it, on a space that it can no longer see.
_SELECT_SPACE_NOW = """
SELECT s.availability_status, app.today(coalesce(g.timezone, 'UTC')) AS today, s.gross_sqft
FROM bids b
LEFT JOIN spaces s ON s.id = b.space_id
LEFT JOIN buildings g ON g.id = b.building_id
WHERE b.id = %(bid_id)s
"""

_SELECT_VERSIONS = """
SELECT v.version, v.side, v.author_id, v.amount, v.contract_type, v.start_date, v.term_months, v.terms,
       v.valid_until, v.notes, v.economics, v.created_at
FROM bid_versions v
WHERE v.bid_id = %(bid_id)s
ORDER BY v.version
"""

# The broker's name is copied when they act: the owner's side may not read it elsewhere.
_BROKER_PARTY = """(
    SELECT jsonb_build_object('id', u.id, 'name', u.name, 'organization', coalesce(o.legal_name, o.name))
    FROM users u JOIN organizations o ON o.id = u.organization_id
    WHERE u.id = %(broker_id)s::uuid
)"""

_INSERT = f"""
INSERT INTO bids (id, space_id, building_id, owner_id, owner_organization_id, client_id, client_organization_id,
                  bid_amount, currency, contract_type, start_date, term_months, terms, valid_until, notes,
                  client_party, broker_id, broker_party, premises, created_by, updated_by)
SELECT %(id)s, s.id, s.building_id, g.owner_id, s.owner_organization_id, client.user_id, %(organization_id)s,
       %(bid_amount)s, s.currency, %(contract_type)s, %(start_date)s, %(term_months)s, %(terms)s, %(valid_until)s,
       %(notes)s, client.party, %(broker_id)s, {_BROKER_PARTY},
       jsonb_build_object('id', s.id, 'name', s.name, 'floor_number', f.floor_number,
                          'building', jsonb_build_object('id', g.id, 'name', g.name)),
       %(by)s, %(by)s
FROM spaces s
JOIN floors f ON f.id = s.floor_id
JOIN buildings g ON g.id = s.building_id
CROSS JOIN app.client_of(%(organization_id)s) AS client
WHERE s.id = %(space_id)s
RETURNING id
"""

_INSERT_VERSION = """
INSERT INTO bid_versions (id, bid_id, owner_organization_id, client_organization_id, version, side, author_id,
                          amount, currency, contract_type, start_date, term_months, terms, valid_until, notes,
                          economics)
SELECT %(id)s, b.id, b.owner_organization_id, b.client_organization_id, b.version, %(side)s, %(author_id)s,
       coalesce(b.counter_offer_amount, b.bid_amount), b.currency, b.contract_type, b.start_date, b.term_months,
       b.terms, b.valid_until, b.notes, %(economics)s
FROM bids b
WHERE b.id = %(bid_id)s
"""

_UPDATE_DECIDED = f"""
UPDATE bids b
SET status = %(status)s, decision_reason = %(notes)s, decided_at = now(),
    broker_id = coalesce(%(broker_id)s, b.broker_id), broker_party = coalesce({_BROKER_PARTY}, b.broker_party),
    updated_at = now(), updated_by = %(by)s
WHERE b.id = %(bid_id)s
"""

# The owner's name is copied with the counter-offer: the client, who may accept it, may not read it.
_UPDATE_TERMS = f"""
UPDATE bids b
SET status = %(status)s, version = b.version + 1, bid_amount = %(bid_amount)s,
    counter_offer_amount = %(counter_offer_amount)s, contract_type = %(contract_type)s,
    start_date = %(start_date)s, term_months = %(term_months)s, terms = %(terms)s,
    valid_until = %(valid_until)s, notes = %(notes)s,
    owner_party = (
        SELECT jsonb_build_object('user_id', u.id, 'name', u.name, 'email', u.email, 'organization_id', o.id,
                                  'legal_name', coalesce(o.legal_name, o.name), 'address', o.address,
                                  'tax_id', o.tax_id, 'logo_url', o.logo_url)
        FROM users u, organizations o
        WHERE u.id = b.owner_id AND o.id = b.owner_organization_id AND %(side)s::text = 'OWNER'
    ),
    broker_id = coalesce(%(broker_id)s, b.broker_id), broker_party = coalesce({_BROKER_PARTY}, b.broker_party),
    updated_at = now(), updated_by = %(by)s
WHERE b.id = %(bid_id)s
"""

_LOCK_OTHERS = """
SELECT id FROM bids
WHERE space_id = %(space_id)s AND id IS DISTINCT FROM %(bid_id)s AND status IN ('PENDING', 'COUNTER_OFFERED')
ORDER BY id
FOR UPDATE
"""

_REJECT = """
UPDATE bids
SET status = 'REJECTED', decision_reason = %(reason)s, decided_at = now(), updated_at = now()
WHERE id = ANY(%(bid_ids)s::uuid[])
RETURNING id
"""


def insert_bid(tx: Tx, caller: Caller, organization_id: UUID, space_id: UUID, first: Proposal) -> Row:
    """The organization's new bid, with its first version. Violates `bids_one_open_per_client` where one is open."""
    bid_id = new_id()
    values = {
        "id": bid_id,
        "space_id": space_id,
        "organization_id": organization_id,
        "broker_id": _broker(caller, organization_id),
        "by": caller.user_id,
    }
    tx.run(_INSERT, values | _stored(first))
    return _with_version(tx, caller, bid_id, first)


def _stored(proposal: Proposal) -> dict[str, Any]:
    return asdict(proposal) | {"terms": Jsonb(proposal.terms)}


def _broker(caller: Caller, client_organization_id: UUID) -> UUID | None:
    """The caller, if it acts as a broker for somebody else."""
    acts_for_another = caller.role is Role.BROKER and client_organization_id != caller.organization_id
    return caller.user_id if acts_for_another else None


def _with_version(tx: Tx, author: Caller, bid_id: UUID, proposal: Proposal) -> Row:
    """The bid, after its current terms were stored as a version."""
    values = {
        "id": new_id(),
        "bid_id": bid_id,
        "side": proposal.side,
        "author_id": author.user_id,
        "economics": Jsonb(proposal.economics) if proposal.economics else None,
    }
    tx.run(_INSERT_VERSION, values)
    return tx.batch((_SELECT_ONE, {"bid_id": bid_id, **sides_of(author)}))[0][0]


def select_bids(tx: Reading, caller: Caller, query: BidFilter) -> list[Row]:
    """One row more than the page holds."""
    before, before_id = query.key_before(datetime.fromisoformat, UUID)
    return tx.all(
        _SELECT_PAGE,
        {
            **sides_of(caller),
            **query.model_dump(include={"space_id", "client_id", "status"}),
            "before": before,
            "before_id": before_id,
            "limit": query.limit + 1,
        },
    )


def select_bid(tx: Reading, caller: Caller, bid_id: UUID) -> tuple[Row | None, list[Row]]:
    """The bid and its versions."""
    values = {"bid_id": bid_id, **sides_of(caller)}
    bids, versions = tx.batch((_SELECT_ONE, values), (_SELECT_VERSIONS, values))
    return (bids[0] if bids else None), versions


def lock_bid(tx: Tx, caller: Caller, bid_id: UUID) -> tuple[Row | None, Row | None]:
    """The bid and its space's state, both locked: the space first, so that no two callers wait crosswise."""
    values = {"bid_id": bid_id, **sides_of(caller)}
    statements = (_LOCK_MANDATE_OF, _LOCK_SPACE_OF, _LOCK_ONE, _SELECT_ONE, _SELECT_SPACE_NOW)
    *_, bids, states = tx.batch(*((sql, values) for sql in statements))
    return (bids[0] if bids else None), (states[0] if states else None)


def update_decided(tx: Tx, caller: Caller, bid: Bid, status: BidStatus, notes: str | None) -> Row:
    """The bid, with its last status and the reason."""
    values: dict[str, Any] = {
        "bid_id": bid.id,
        "status": status,
        "notes": notes,
        "by": caller.user_id,
        "broker_id": _broker(caller, bid.client_organization_id),
    }
    tx.run(_UPDATE_DECIDED, values)
    return tx.batch((_SELECT_ONE, values | sides_of(caller)))[0][0]


def update_terms(tx: Tx, caller: Caller, bid: Bid, proposal: Proposal) -> Row:
    """The bid with `proposal` as its current terms and its next version."""
    broker_id = _broker(caller, bid.client_organization_id)
    tx.run(_UPDATE_TERMS, {"bid_id": bid.id, "by": caller.user_id, "broker_id": broker_id, **_stored(proposal)})
    return _with_version(tx, caller, bid.id, proposal)


def reject_others(tx: Tx, space_id: UUID, winner: UUID | None, reason: str) -> list[tuple[Bid, Bid]]:
    """Reject the space's open bids but the winner (for the saga, which sees both sides); each before and after."""
    bid_ids = [row["id"] for row in tx.all(_LOCK_OTHERS, {"space_id": space_id, "bid_id": winner})]
    if not bid_ids:
        return []
    reading = [(_SELECT_ONE, {"bid_id": bid_id, **EVERY_SIDE}) for bid_id in bid_ids]
    results = tx.batch(*reading, (_REJECT, {"bid_ids": bid_ids, "reason": reason}), *reading)
    before, _, after = results[: len(bid_ids)], results[len(bid_ids)], results[len(bid_ids) + 1 :]
    return [(Bid.of(old), Bid.of(new)) for [old], [new] in zip(before, after, strict=True)]
