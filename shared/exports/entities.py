"""What an organization may take away: every table with its data, and which columns stay behind.

A test finds each table that names an organization, and fails where it is neither here nor in STAY, which says why.
"""

from typing import NamedTuple

_OWN = "t.organization_id = %(organization_id)s"
_OWNED = "t.owner_organization_id = %(organization_id)s"


class Entity(NamedTuple):
    """The rows of a table that are the organization's, and the columns that are the platform's own business."""

    mine: str
    without: frozenset[str] = frozenset()


def _own(*without: str) -> Entity:
    return Entity(_OWN, frozenset(without))


def _owned(*without: str) -> Entity:
    return Entity(_OWNED, frozenset(without))


ENTITIES: dict[str, Entity] = {
    "organizations": Entity("t.id = %(organization_id)s"),
    "users": _own(),
    "invitations": _own("token_hash"),
    "buildings": _owned(),
    "floors": _owned(),
    "spaces": _owned("price_minor", "gross_sqft_hundredths"),
    "space_history": _owned(),
    "bids": _owned(),
    "bid_versions": _owned(),
    "contracts": _owned("task_token", "execution_arn", "execution_started_at", "execution_ended_at"),
    "contract_history": _owned(),
    "documents": _owned(),
    "signatures": _owned(),
    "payments": _owned(),
    "payment_transactions": _owned(),
    "payment_plans": _owned(),
    "invoices": _owned(),
    "tickets": _owned(),
    "ticket_threads": _owned(),
    "ticket_history": _owned(),
    "ticket_invitations": _owned(),
    "ticket_quotes": _owned(),
    "ticket_ratings": _owned(),
    "maintenance_plans": _owned(),
    "expenses": _owned(),
    "index_values": _own(),
    "books": _own(),
    "tax_codes": _own(),
    # Pictures and papers of the organization; who somebody is stays theirs.
    "files": Entity(f"{_OWN} AND t.audience <> 'PERSON'"),
    "audit_logs": _own(),
    "imports": _own(),
    "exports": _own("object_key"),
    "export_schedules": _own(),
    "integrations": _own("batch_id", "sending_since", "looked_to"),
    "integration_customers": _own(),
    "integration_documents": _own(),
}

STAY: dict[str, str] = {
    "connections": "open sockets, gone with the browser's tab",
    "file_uses": "each thing names the files that it shows itself",
    "import_failures": "rows of a file that the organization has itself",
    "imported_tenants": "their contracts name them",
    "integration_attempts": "people on their way to a provider, gone the next day",
    "integration_targets": "the provider's own list of accounts and customers",
    "invoice_counters": "the invoices and credit notes say their numbers",
    "listings": "the search's copy of spaces",
    "mandates": "a client's, who has no ALL export",
    "outbox": "how events travel; audit_logs says what happened",
    "public_events": "what was told of the things that are here",
    "conversations": "what people write to each other is theirs, and in no export of an organization",
    "contractor_profiles": "a contractor's, who has no ALL export",
    "ticket_counters": "the tickets say their numbers",
    "webhooks": "where events go from here, and the secrets that sign them",
}
