"""The SQL of contracts."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from shared.contracts.models import ContractFilter, Side, SignatureStatus, Terminating
from shared.contracts.shown import STATE, SUMMARY
from shared.kit.db import Asked, Reading, Row, Tx
from shared.kit.ids import new_id
from shared.kit.request import Caller
from shared.kit.settings import setting
from shared.organizations.sides import mine, sides_of, signing_sides
from shared.payments.bound import CREDIT

_OPTIONAL_TERMS = """, c.billing_frequency, c.proration, c.deposit_months, c.tax_percent, c.escalation, c.free_rent,
c.late_policy, c.terms
"""

# What `terms.terms_of` reads.
_TERMS = "c.contract_type, c.start_date, c.term_months, c.base_rent, c.currency" + _OPTIONAL_TERMS

_MINE = mine("c")

_SELECT_PAGE = (
    "SELECT "
    + SUMMARY
    + " FROM contracts c WHERE "
    + _MINE
    + """
  AND (%(status)s::text IS NULL OR c.status = %(status)s)
  AND (%(before)s::timestamptz IS NULL OR (c.created_at, c.id) < (%(before)s, %(before_id)s::uuid))
ORDER BY c.created_at DESC, c.id DESC
LIMIT %(limit)s
"""
)

_SELECT_ONE = (
    "SELECT "
    + SUMMARY
    + _OPTIONAL_TERMS
    + f""", c.end_credit, trim_scale(c.holdover_percent) AS holdover_percent,
CASE WHEN c.end_credit = 'REFUND_DUE' THEN greatest({CREDIT}, 0.00) ELSE 0.00 END AS refund_due,
(SELECT coalesce(jsonb_agg(jsonb_build_object('id', s.id, 'status', s.status, 'payment_ids', s.payment_ids)
                           ORDER BY s.id DESC), '[]')
 FROM states_of_plans s WHERE s.contract_id = c.id) AS payment_plans
FROM contracts c WHERE c.id = %(contract_id)s AND """
    + _MINE
)

_SELECT_STATE = "SELECT " + STATE + " FROM contracts c WHERE c.id = %(contract_id)s AND " + _MINE

_LOCK_ONE = (
    "SELECT " + STATE + ", c.task_token FROM contracts c WHERE c.id = %(contract_id)s AND " + _MINE + "FOR UPDATE"
)

_SELECT_PAYMENTS = """
SELECT p.id, p.charge, p.amount, p.currency, p.due_date, p.paid_date, p.status, p.installment_number,
       p.total_installments
FROM payments p
WHERE p.contract_id = %(contract_id)s
ORDER BY p.due_date, p.charge, p.id
"""

_SELECT_SIGNATURES = """
SELECT g.side, g.user_id, g.signature, g.provider, g.document_sha256, g.signed_at
FROM signatures g
WHERE g.contract_id = %(contract_id)s
ORDER BY g.signed_at
"""

# What `terms.earlier_line` reads of the lease that a deal renews. Ids are in the order in which they were made: the
# values of its index are those that were published before the renewal was proposed.
_RENEWED = """
(SELECT jsonb_build_object(
     'id', r.id, 'issued_on', (r.created_at AT TIME ZONE (r.premises #>> '{building,timezone}'))::date,
     'contract_type', r.contract_type, 'start_date', r.start_date, 'term_months', r.term_months,
     'base_rent', r.base_rent, 'currency', r.currency, 'billing_frequency', r.billing_frequency,
     'proration', r.proration, 'deposit_months', r.deposit_months, 'tax_percent', r.tax_percent,
     'escalation', r.escalation, 'free_rent', r.free_rent, 'late_policy', r.late_policy, 'terms', r.terms,
     'premises', r.premises,
     'index_values', (SELECT jsonb_agg(jsonb_build_object('day', v.day, 'value', v.value, 'final', v.final,
                                                          'version', v.version))
                      FROM index_values v
                      WHERE v.organization_id = r.owner_organization_id
                        AND v.name = r.escalation #>> '{index,name}' AND v.id < c.id))
 FROM contracts r WHERE r.id = c.renews_contract_id)
"""

_DEAL = (
    """
SELECT c.id, c.status, c.end_date, c.terminates_on, c.termination_reason, c.end_credit,
       c.holdover_percent, c.imported IS NOT NULL AS is_imported,
       c.owner_organization_id, c.client_organization_id, c.owner_party, c.client_party,
       c.premises, c.version, c.document_key, c.executed_at,
       c.signature_provider, """
    + _TERMS
    + """,
       (c.created_at AT TIME ZONE (c.premises #>> '{building,timezone}'))::date AS issued_on,
       app.today(c.premises #>> '{building,timezone}') AS today,
       c.start_date <= app.today(c.premises #>> '{building,timezone}') AS has_started, """
    + _RENEWED
    + """ AS renewed
FROM contracts c
WHERE c.id = %(contract_id)s
"""
)

_SELECT_MY_DEAL = _DEAL + " AND " + _MINE

_SELECT_DRAFT = """
SELECT c.start_date, app.today(c.premises #>> '{building,timezone}') AS today,
       c.bid_id IS NOT NULL OR c.renews_contract_id IS NOT NULL OR c.sent_at IS NOT NULL AS is_sent
FROM contracts c
WHERE c.id = %(contract_id)s
"""

# The constraint on the dates counts the holds of bids only: a sent lease holds by its space's row, and looks for
# executed leases on the dates here. Anyone else who wants the space waits for that row.
_UPDATE_SENT = (
    """
UPDATE contracts c
SET sent_at = now(), hold_until = app.now() + make_interval(days => %(hold_days)s), updated_at = now(),
    updated_by = %(user_id)s
WHERE c.id = %(contract_id)s
  AND NOT EXISTS (
      SELECT FROM contracts o
      WHERE o.space_id = c.space_id AND o.status IN ('SIGNED', 'ACTIVE')
        AND daterange(o.start_date, o.end_date, '[]') && daterange(c.start_date, c.end_date, '[]'))
  AND app.hold_space(c.space_id, c.id)
RETURNING """
    + STATE
)

_INSERT_SIGNATURE = """
INSERT INTO signatures (id, contract_id, owner_organization_id, client_organization_id, side, user_id, signature,
                        title, consent, document_id, document_sha256, ip_address, user_agent, provider, evidence,
                        signed_at)
SELECT %(id)s, c.id, c.owner_organization_id, c.client_organization_id, %(side)s, %(user_id)s,
       coalesce(%(name)s, (SELECT u.name FROM users u WHERE u.id = %(user_id)s)),
       (SELECT u.title FROM users u WHERE u.id = %(user_id)s), true,
       (SELECT d.id FROM documents d WHERE d.contract_id = c.id AND d.kind = 'LEASE'), c.document_sha256,
       %(ip)s, %(user_agent)s, %(provider)s, %(evidence)s, least(coalesce(%(signed_at)s::timestamptz, now()), now())
FROM contracts c
WHERE c.id = %(contract_id)s
"""

_UPDATE_SIGNED = (
    """
UPDATE contracts c
SET signature_status = %(signature_status)s,
    executed_at = CASE WHEN %(signature_status)s = 'FULLY_SIGNED' THEN now() END,
    updated_at = now(), updated_by = %(user_id)s
WHERE c.id = %(contract_id)s
RETURNING """
    + STATE
)

_LOCK_ENVELOPED = (
    "SELECT "
    + STATE
    + """, c.task_token, c.document_key, c.client_party ->> 'name' AS client_name,
       c.owner_party ->> 'name' AS owner_name
FROM contracts c
WHERE c.envelope_id = %(envelope_id)s
FOR UPDATE
"""
)

_UPDATE_ENVELOPE = (
    """
UPDATE contracts c
SET envelope_id = %(envelope_id)s, updated_at = now()
WHERE c.id = %(contract_id)s AND c.signature_provider = 'DOCUSIGN' AND c.envelope_id IS NULL
RETURNING """
    + STATE
)

_LOCK_FIRST = "SELECT c.id FROM contracts c WHERE c.id = %(contract_id)s AND " + _MINE + " FOR UPDATE"

_SELECT_TERM = """
SELECT c.contract_type, c.end_date, c.holdover_percent, app.today(c.premises #>> '{building,timezone}') AS today,
       EXISTS (SELECT FROM contracts r WHERE r.renews_contract_id = c.id AND r.status <> 'TERMINATED') AS is_renewed,
       EXISTS (SELECT FROM payments p
               WHERE p.contract_id = c.id AND p.charge = 'RENT' AND p.installment_number IS NOT NULL
                 AND p.period_start > c.end_date AND p.invoiced_on IS NOT NULL) AS is_invoiced_after,
       EXISTS (SELECT FROM contracts o
               WHERE o.space_id = c.space_id AND o.start_date > c.end_date
                 AND o.status IN ('PENDING_SIGNATURE', 'SIGNED', 'ACTIVE')) AS is_let_after
FROM contracts c
WHERE c.id = %(contract_id)s
"""

# If the lease would end on its first day or earlier, its stored end date stays as it was.
_UPDATE_TERMINATING = (
    """
UPDATE contracts c
SET terminates_on = %(effective_date)s, termination_reason = %(reason)s, end_credit = %(credit)s,
    end_date = CASE WHEN %(effective_date)s::date - 1 > c.start_date
                    THEN least(%(effective_date)s::date - 1, c.end_date) ELSE c.end_date END,
    updated_at = now(), updated_by = %(user_id)s
WHERE c.id = %(contract_id)s
RETURNING """
    + STATE
)

_UPDATE_HOLDOVER = (
    """
UPDATE contracts c
SET holdover_percent = %(percent)s, updated_at = now(), updated_by = %(user_id)s
WHERE c.id = %(contract_id)s
RETURNING trim_scale(c.holdover_percent) AS holdover_percent, """
    + STATE
)

_UPDATE_DECLINED = (
    """
UPDATE contracts c
SET termination_reason = %(reason)s, updated_at = now(), updated_by = %(user_id)s,
    declined = jsonb_build_object('side', %(side)s::text, 'user_id', %(user_id)s::uuid, 'at', now(),
                                  'name', (SELECT u.name FROM users u WHERE u.id = %(user_id)s)),
    status = CASE WHEN c.bid_id IS NULL AND c.renews_contract_id IS NULL AND c.sent_at IS NULL THEN 'TERMINATED'
                  ELSE c.status END
WHERE c.id = %(contract_id)s
RETURNING """
    + STATE
)


def select_contracts(tx: Reading, caller: Caller, query: ContractFilter) -> list[Row]:
    """One row more than the page holds."""
    before, before_id = query.key_before(datetime.fromisoformat, UUID)
    values = {
        **sides_of(caller),
        "public_url": setting("PUBLIC_URL"),
        "status": query.status,
        "before": before,
        "before_id": before_id,
        "limit": query.limit + 1,
    }
    return tx.all(_SELECT_PAGE, values)


def select_contract(tx: Reading, caller: Caller, contract_id: UUID) -> Row | None:
    """The contract with its payments and signatures."""
    values = {"contract_id": contract_id, **sides_of(caller), "public_url": setting("PUBLIC_URL")}
    contracts, payments, signatures = tx.batch(
        (_SELECT_ONE, values), (_SELECT_PAYMENTS, values), (_SELECT_SIGNATURES, values)
    )
    return contracts[0] | {"payments": payments, "signatures": signatures} if contracts else None


def select_my_deal(tx: Reading, caller: Caller, contract_id: UUID) -> Row | None:
    """The caller's deal as it was struck: what its document says."""
    return tx.one(_SELECT_MY_DEAL, {"contract_id": contract_id, **sides_of(caller)})


def select_deal(tx: Reading, contract_id: UUID) -> Row:
    """Any deal as it was struck, for the saga: what its document says and its schedule is computed from."""
    return tx.batch((_DEAL, {"contract_id": contract_id}))[0][0]


def ask_for_deal(tx: Tx, contract_id: UUID) -> Asked[list[Row]]:
    """Any deal as it was agreed: the next query says whether it is the caller's."""
    return tx.later(_DEAL, {"contract_id": contract_id})


def lock_contract(tx: Tx, caller: Caller, contract_id: UUID) -> Row | None:
    """The contract's state and its saga's token, locked."""
    return tx.one(_LOCK_ONE, {"contract_id": contract_id, **signing_sides(caller)})


def ask_for_draft(tx: Tx, contract_id: UUID) -> Asked[list[Row]]:
    """The contract's `start_date`, `today` at its building, and whether it `is_sent`."""
    return tx.later(_SELECT_DRAFT, {"contract_id": contract_id})


def update_sent(tx: Tx, contract_id: UUID, user_id: UUID, hold_days: int) -> Row | None:
    """The contract, sent, with the hold on its space; None where the space is not free for its term."""
    return tx.one(_UPDATE_SENT, {"contract_id": contract_id, "user_id": user_id, "hold_days": hold_days})


def insert_signature(tx: Tx, contract_id: UUID, values: dict[str, Any]) -> None:
    """A signature under the contract's document: who (`side`, `user_id`, `name`; None takes the account's name),
    `provider`, `signed_at` (None: now), where from (`ip`, `user_agent`) and what else proves it (`evidence`)."""
    tx.run(
        _INSERT_SIGNATURE,
        values
        | {
            "id": new_id(),
            "contract_id": contract_id,
            "evidence": Jsonb(values["evidence"]) if values["evidence"] else None,
        },
    )


def update_signed(tx: Tx, contract_id: UUID, status: SignatureStatus, user_id: UUID | None) -> Row:
    """The contract after a signature; `user_id` is None if a provider reported it."""
    values = {"contract_id": contract_id, "signature_status": status, "user_id": user_id}
    return tx.batch((_UPDATE_SIGNED, values))[0][0]


def lock_enveloped(tx: Tx, envelope_id: str) -> Row | None:
    """The contract that waits for this envelope, locked, with its saga's token, its document and its signers' names."""
    return tx.one(_LOCK_ENVELOPED, {"envelope_id": envelope_id})


def update_envelope(tx: Tx, contract_id: UUID, envelope_id: str) -> Row | None:
    """The contract with its one envelope; None where it has one, or wants none."""
    return tx.one(_UPDATE_ENVELOPE, {"contract_id": contract_id, "envelope_id": envelope_id})


def lock_first(tx: Tx, caller: Caller, contract_id: UUID) -> None:
    """Queue the lock of the caller's contract before what is asked next, whose answers then know what everybody who
    held it before has committed."""
    tx.later(_LOCK_FIRST, {"contract_id": contract_id, **signing_sides(caller)})


def ask_for_term(tx: Tx, contract_id: UUID) -> Asked[list[Row]]:
    """The contract's `contract_type`, `end_date` and `holdover_percent`; whether it `is_renewed`, the space
    `is_let_after` it, or a month `is_invoiced_after` it; and `today` at its building."""
    return tx.later(_SELECT_TERM, {"contract_id": contract_id})


def update_terminating(tx: Tx, contract_id: UUID, terminating: Terminating, user_id: UUID) -> Row:
    """The contract, which is over when its effective date begins."""
    values = {"contract_id": contract_id, "user_id": user_id, **terminating.model_dump()}
    return tx.batch((_UPDATE_TERMINATING, values))[0][0]


def update_holdover(tx: Tx, contract_id: UUID, percent: Decimal | None, user_id: UUID) -> Row:
    """The contract, which goes on after its last day at that percentage of its last rent (None: it does not)."""
    values = {"contract_id": contract_id, "percent": percent, "user_id": user_id}
    return tx.batch((_UPDATE_HOLDOVER, values))[0][0]


def select_terminable(tx: Reading, caller: Caller, contract_id: UUID) -> tuple[Row | None, Row, Row]:
    """The caller's contract (None: not theirs), its term and its deal."""
    values = {"contract_id": contract_id, **signing_sides(caller)}
    contracts, terms, deals = tx.batch((_SELECT_STATE, values), (_SELECT_TERM, values), (_DEAL, values))
    return contracts[0] if contracts else None, terms[0] if terms else {}, deals[0] if deals else {}


def update_declined(tx: Tx, contract_id: UUID, reason: str, side: Side | None, user_id: UUID | None) -> Row:
    """The contract, declined; the saga undoes the rest. A draft that was never sent has none, and just ends.

    Where a provider tells of it, neither `side` nor `user_id` is known.
    """
    values = {"contract_id": contract_id, "reason": reason, "side": side, "user_id": user_id}
    return tx.batch((_UPDATE_DECLINED, values))[0][0]
