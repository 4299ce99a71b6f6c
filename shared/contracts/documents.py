"""The SQL of a contract's documents: the one that is signed, the executed one, and what proves the signatures."""

from uuid import UUID

from shared.kit.db import Reading, Row, Tx
from shared.kit.ids import new_id
from shared.kit.request import Caller
from shared.organizations.sides import mine, sides_of

_MINE = mine("c")

_EVIDENCE = """
SELECT c.id, c.contract_type, c.status, c.signature_status, c.signature_provider, c.created_at, c.sent_at,
       c.executed_at, c.activated_at, c.terminated_at, c.declined, c.termination_reason,
       c.premises #>> '{building,address,country}' AS country,
       jsonb_build_object('id', c.owner_id, 'name', c.owner_party ->> 'name',
           'organization', c.owner_party ->> 'legal_name') AS owner,
       jsonb_build_object('id', c.client_id, 'name', c.client_party ->> 'name',
           'organization', c.client_party ->> 'legal_name') AS client
FROM contracts c
WHERE c.id = %(contract_id)s
"""

_SELECT_EVIDENCE = _EVIDENCE + " AND " + _MINE

_SELECT_LEASE_DOCUMENTS = """
SELECT d.kind, d.number, d.object_key, d.sha256, d.byte_size, d.created_at
FROM documents d
WHERE d.contract_id = %(contract_id)s AND d.kind IN ('LEASE', 'EXECUTED')
ORDER BY d.kind DESC
"""

_SELECT_DOCUMENT_KEY = (
    """
SELECT d.object_key
FROM documents d
JOIN contracts c ON c.id = d.contract_id
WHERE c.id = %(contract_id)s AND d.kind IN ('LEASE', 'EXECUTED') AND d.sha256 = %(sha256)s AND """
    + _MINE
)

_INSERT_EXECUTED = """
INSERT INTO documents (id, kind, contract_id, owner_organization_id, client_organization_id, number, object_key,
                       sha256, byte_size)
SELECT %(id)s, 'EXECUTED', d.contract_id, d.owner_organization_id, d.client_organization_id, d.number, %(key)s,
       %(sha256)s, %(size)s
FROM documents d
WHERE d.contract_id = %(contract_id)s AND d.kind = 'LEASE'
ON CONFLICT (object_key) DO NOTHING
"""

_SELECT_EVIDENCED = """
SELECT g.side, g.user_id, g.signature, g.title, g.consent, g.provider, g.document_sha256,
       host(g.ip_address) AS ip_address, g.user_agent, g.evidence, g.signed_at
FROM signatures g
WHERE g.contract_id = %(contract_id)s
ORDER BY g.signed_at, g.id
"""

_SELECT_DOCUMENT_KNOWN = "SELECT k.kind, k.executed, k.created_at FROM app.verified_document(%(sha256)s) AS k"


def select_evidence(tx: Reading, caller: Caller, contract_id: UUID) -> tuple[Row, list[Row], list[Row]] | None:
    """What of the caller's contract proves its signatures: its dates, its documents (the one that was signed first),
    the signatures."""
    values = {"contract_id": contract_id, **sides_of(caller)}
    contracts, documents, signatures = tx.batch(
        (_SELECT_EVIDENCE, values), (_SELECT_LEASE_DOCUMENTS, values), (_SELECT_EVIDENCED, values)
    )
    return (contracts[0], documents, signatures) if contracts else None


def select_executed(tx: Reading, contract_id: UUID) -> tuple[Row, Row, list[Row]]:
    """What an executed contract's last pages say: its dates, the document that was signed, the signatures."""
    values = {"contract_id": contract_id}
    contracts, documents, signatures = tx.batch(
        (_EVIDENCE, values), (_SELECT_LEASE_DOCUMENTS, values), (_SELECT_EVIDENCED, values)
    )
    return contracts[0], documents[0], signatures


def insert_executed(tx: Tx, contract_id: UUID, key: str, sha256: str, size: int) -> None:
    """The stored executed lease, `size` in bytes. One that is there already stays."""
    values = {"id": new_id(), "contract_id": contract_id, "key": key, "sha256": sha256, "size": size}
    tx.run(_INSERT_EXECUTED, values)


def select_document_key(tx: Reading, caller: Caller, contract_id: UUID, sha256: str) -> str | None:
    """Where the document of the caller's contract with this hash is kept."""
    found = tx.one(_SELECT_DOCUMENT_KEY, {"contract_id": contract_id, "sha256": sha256, **sides_of(caller)})
    return found["object_key"] if found else None


def select_known_document(tx: Reading, sha256: str) -> Row | None:
    """`kind`, `executed` and `created_at` of a document that was stored with this hash, whosever it is."""
    return tx.one(_SELECT_DOCUMENT_KNOWN, {"sha256": sha256})
