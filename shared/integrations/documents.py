"""The SQL of documents on their way to the provider: which there are, which are next, and what became of each."""

from typing import Any
from uuid import UUID

from shared.integrations.models import LogFilter
from shared.integrations.queries import MAY_GO
from shared.integrations.targets import NAMESAKE
from shared.kit.db import Reading, Row, Tx
from shared.kit.ids import new_id


# The provider's receivables hold the credit of tenants as well: a customer's account there is one balance. So what only
# moves between the two is nothing there. Opening balances are in the books that were kept before.
def _net(entry: str) -> str:
    return f"""
SELECT l.entry_id, CASE l.account WHEN 'TENANT_CREDIT' THEN 'RECEIVABLE' ELSE l.account END AS role,
       sum(l.debit - l.credit) AS amount
FROM journal_lines l
WHERE l.entry_id = {entry}
GROUP BY 1, 2
HAVING sum(l.debit - l.credit) <> 0
"""


# A document is looked at once; those of an hour before again, because they may have been committed later.
_FILL = f"""
INSERT INTO integration_documents (id, integration_id, organization_id, entry_id, kind, contract_id, payment_id, number,
                                   amount, currency, posted_on)
SELECT gen_random_uuid(), i.id, i.organization_id, e.entry_id, e.kind, e.contract_id, e.payment_id, e.number, e.amount,
       e.currency, e.posted_on
FROM integrations i
CROSS JOIN LATERAL (
    SELECT v.id AS entry_id, v.kind, v.contract_id, v.payment_id,
           CASE v.kind WHEN 'INVOICE' THEN 'INV-' ELSE 'CN-' END
           || lpad(v.number::text, greatest(6, length(v.number::text)), '0') AS number,
           v.total_amount AS amount, v.currency, coalesce(v.posted_on, v.issued_on) AS posted_on
    FROM invoices v
    WHERE v.owner_organization_id = i.organization_id AND v.id > %(floor)s::uuid AND v.total_amount <> 0
    UNION ALL
    SELECT t.id, part.kind, t.contract_id, t.payment_id, t.transaction_reference, part.amount, t.currency, t.posted_on
    FROM booked_transactions t
    CROSS JOIN LATERAL (
        SELECT sum(n.amount) FILTER (WHERE n.amount > 0) AS debits,
               sum(n.amount) FILTER (WHERE n.amount > 0 AND n.role NOT IN ('BANK', 'RECEIVABLE')) AS beside
        FROM ({_net("t.id")}) AS n
    ) AS net
    CROSS JOIN LATERAL (
        SELECT 'PAYMENT' AS kind, t.amount WHERE t.kind IN ('PAYMENT', 'CREDIT')
        UNION ALL
        SELECT 'WRITE_OFF', t.amount WHERE t.kind = 'WRITE_OFF'
        UNION ALL
        SELECT 'JOURNAL', net.beside WHERE t.kind IN ('PAYMENT', 'CREDIT') AND net.beside > 0
        UNION ALL
        SELECT 'JOURNAL', net.debits WHERE t.kind NOT IN ('PAYMENT', 'CREDIT', 'WRITE_OFF') AND net.debits > 0
    ) AS part
    WHERE t.owner_organization_id = i.organization_id AND t.id > %(floor)s::uuid
      AND t.original_kind NOT LIKE 'OPENING%%'
) AS e
WHERE i.id = %(integration_id)s AND e.posted_on >= i.starts_on
ON CONFLICT (integration_id, entry_id, kind) DO NOTHING
"""

_SELECT_LOOKED_TO = "SELECT i.looked_to FROM integrations i WHERE i.id = %(integration_id)s"

_UPDATE_LOOKED_TO = "UPDATE integrations AS i SET looked_to = %(looked_to)s WHERE i.id = %(integration_id)s"

_NAMESAKE = NAMESAKE.format(integration="d.integration_id", name="c.client_party ->> 'legal_name'")

_SELECT_NEXT = f"""
SELECT d.id, d.entry_id, d.kind, d.number, d.amount, d.currency, d.posted_on, d.attempts, d.refusals, d.payment_id,
       c.client_organization_id AS tenant_id, c.client_party ->> 'legal_name' AS tenant_name,
       p.charge, p.period_start, p.period_end, p.due_date, b.name AS building_name,
       coalesce(m.external_id, {_NAMESAKE}) AS customer_id,
       m.external_id IS NULL AS is_namesake,
       (SELECT count(*) FROM integration_targets t
        WHERE t.integration_id = d.integration_id AND t.kind = 'CUSTOMER'
          AND lower(t.name) = lower(c.client_party ->> 'legal_name')) AS namesakes,
       (SELECT coalesce(jsonb_object_agg(n.role, n.amount), '{{}}')
        FROM ({_net("d.entry_id")}) AS n) AS lines,
       CASE WHEN d.kind = 'PAYMENT' THEN settled.external_id END AS settles,
       taken.external_id AS takes_back, coalesce(x.kind IN ('PAYMENT', 'CREDIT'), false) AS is_beside_money
FROM integration_documents d
JOIN contracts c ON c.id = d.contract_id
JOIN buildings b ON b.id = c.building_id
LEFT JOIN payments p ON p.id = d.payment_id
LEFT JOIN payment_transactions x ON x.id = d.entry_id
LEFT JOIN integration_documents settled
       ON settled.integration_id = d.integration_id AND settled.payment_id = d.payment_id
          AND settled.kind = 'INVOICE' AND settled.status = 'SENT' AND x.kind = 'PAYMENT'
LEFT JOIN integration_documents taken
       ON taken.integration_id = d.integration_id AND taken.entry_id = x.reverses_id AND taken.kind = 'PAYMENT'
          AND taken.status = 'SENT'
LEFT JOIN LATERAL (
    SELECT o.external_id
    FROM integration_customers o
    WHERE o.integration_id = d.integration_id
      AND (o.client_organization_id = c.client_organization_id
           OR o.client_organization_id IN (SELECT n.organization_id FROM imported_tenants n
                                           WHERE n.claimed_by = c.client_organization_id
                                             AND n.owner_organization_id = d.organization_id))
    ORDER BY o.client_organization_id = c.client_organization_id DESC
    LIMIT 1
) AS m ON true
WHERE d.integration_id = %(integration_id)s AND {MAY_GO}
ORDER BY d.entry_id, d.kind
LIMIT %(limit)s
"""

_UPDATE_SENDING = """
WITH sending AS (
    UPDATE integration_documents AS d SET status = 'SENDING', attempts = d.attempts + 1, retry_at = NULL
    WHERE d.id = ANY (%(ids)s)
)
UPDATE integrations AS i SET batch_id = %(batch_id)s, sending_since = now(), updated_at = now()
WHERE i.id = %(integration_id)s
"""

_UPDATE_OUTCOME = """
UPDATE integration_documents AS d
SET status = %(status)s::text, external_id = coalesce(%(external_id)s::text, d.external_id), reason = %(reason)s,
    sent_at = CASE WHEN %(status)s::text = 'SENT' THEN now() END,
    refusals = d.refusals + CASE WHEN %(status)s::text = 'REFUSED' THEN 1 ELSE 0 END,
    retry_at = CASE WHEN %(status)s::text = 'REFUSED'
                    THEN now() + make_interval(secs => (%(pauses)s::int[])[d.refusals + 1]) END
WHERE d.id = %(id)s AND d.integration_id = %(integration_id)s AND d.status <> 'SENT'
"""

# What was on its way and is not heard of is looked for at the provider before it is sent again.
_UPDATE_BATCH_ENDED = """
WITH waiting AS (
    UPDATE integration_documents AS d SET status = 'QUEUED'
    WHERE d.integration_id = %(integration_id)s AND d.status = 'SENDING'
)
UPDATE integrations AS i SET batch_id = NULL, sending_since = NULL, updated_at = now()
WHERE i.id = %(integration_id)s
"""

_SELECT_LOST = """
SELECT i.id FROM integrations i
WHERE i.sending_since < now() - make_interval(secs => %(seconds)s)
FOR UPDATE OF i SKIP LOCKED
"""

_COLUMNS = """
d.id, d.entry_id AS document_id, d.kind, d.contract_id, d.number, d.amount, d.currency, d.posted_on, d.status,
d.attempts, d.external_id, d.retry_at, d.sent_at, d.created_at
"""

_SELECT_PAGE = f"""
SELECT {_COLUMNS},
       coalesce(d.reason, CASE WHEN before.kind IS NOT NULL
                               THEN 'Waits for ' || coalesce(before.number, 'an earlier document') || '.' END) AS reason
FROM integration_documents d
LEFT JOIN LATERAL (
    SELECT e.number, e.kind
    FROM integration_documents e
    WHERE d.status = 'QUEUED' AND e.integration_id = d.integration_id AND e.payment_id = d.payment_id
      AND e.status = 'REFUSED' AND e.entry_id < d.entry_id
    ORDER BY e.entry_id
    LIMIT 1
) AS before ON true
WHERE d.integration_id = %(integration_id)s
  AND (%(status)s::text IS NULL OR d.status = %(status)s)
  AND (%(kind)s::text IS NULL OR d.kind = %(kind)s)
  AND (%(before)s::uuid IS NULL OR (d.entry_id, d.kind) < (%(before)s, %(before_kind)s::text))
ORDER BY d.entry_id DESC, d.kind DESC
LIMIT %(limit)s
"""

_UPDATE_AGAIN = """
UPDATE integration_documents AS d SET status = 'QUEUED', retry_at = NULL, reason = NULL
WHERE d.integration_id = %(integration_id)s AND d.status IN ('REFUSED', 'QUEUED')
  AND (%(ids)s::uuid[] IS NULL OR d.id = ANY (%(ids)s))
RETURNING d.id
"""

_SELECT_STRANGE = """
SELECT asked.id
FROM unnest(%(ids)s::uuid[]) AS asked (id)
WHERE NOT EXISTS (SELECT FROM integration_documents d
                  WHERE d.id = asked.id AND d.integration_id = %(integration_id)s)
LIMIT 1
"""

_HOUR = 3_600_000 << 80
"""An hour of a UUIDv7's milliseconds."""


def insert_new(tx: Tx, integration_id: UUID) -> None:
    """What the books have, and the connection does not know yet."""
    row = tx.one(_SELECT_LOOKED_TO, {"integration_id": integration_id})
    looked_to = row["looked_to"] if row else None
    floor = UUID(int=max(looked_to.int - _HOUR, 0)) if looked_to else UUID(int=0)
    values = {"integration_id": integration_id, "floor": floor, "looked_to": new_id()}
    tx.run(_FILL, values)
    tx.run(_UPDATE_LOOKED_TO, values)


def select_next(tx: Tx, integration_id: UUID, limit: int) -> list[Row]:
    """The documents that may go now, with all that the provider is told of them."""
    return tx.all(_SELECT_NEXT, {"integration_id": integration_id, "limit": limit})


def update_sending(tx: Tx, integration_id: UUID, batch_id: UUID, ids: list[UUID]) -> None:
    tx.run(_UPDATE_SENDING, {"integration_id": integration_id, "batch_id": batch_id, "ids": ids})


def update_outcome(tx: Tx, integration_id: UUID, outcome: dict[str, Any], pauses: tuple[int, ...]) -> None:
    """What became of one document: `id`, `status`, `external_id`, `reason`."""
    tx.run(_UPDATE_OUTCOME, outcome | {"integration_id": integration_id, "pauses": list(pauses)})


def update_batch_ended(tx: Tx, integration_id: UUID) -> None:
    tx.run(_UPDATE_BATCH_ENDED, {"integration_id": integration_id})


def lock_lost(tx: Tx, seconds: int) -> list[UUID]:
    """Connections whose batch has not been heard of for so long."""
    return [row["id"] for row in tx.all(_SELECT_LOST, {"seconds": seconds})]


def select_log(tx: Reading, integration_id: UUID, asked: LogFilter) -> list[Row]:
    """A page and one more, the newest first."""
    before, before_kind = asked.key_before(UUID, str)
    values = {"integration_id": integration_id, "status": asked.status, "kind": asked.kind, "limit": asked.limit + 1}
    return tx.all(_SELECT_PAGE, values | {"before": before, "before_kind": before_kind})


def update_again(tx: Tx, integration_id: UUID, ids: list[UUID] | None) -> int:
    """How many documents are tried again."""
    return len(tx.all(_UPDATE_AGAIN, {"integration_id": integration_id, "ids": ids}))


def queue_again(tx: Tx, integration_id: UUID) -> None:
    """Whatever waits or was refused is tried again; sent with the next query."""
    tx.run(_UPDATE_AGAIN, {"integration_id": integration_id, "ids": None})


def has_strange(tx: Reading, integration_id: UUID, ids: list[UUID]) -> bool:
    """Whether one of the ids is none of the log's."""
    return tx.one(_SELECT_STRANGE, {"integration_id": integration_id, "ids": ids}) is not None
