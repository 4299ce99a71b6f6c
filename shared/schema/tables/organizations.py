"""Organizations, who is invited into them, and which brokers act for them."""

from sqlalchemy import CheckConstraint, Index, Table, UniqueConstraint
from sqlalchemy import text as sql

from shared.schema.tables.columns import day, flag, json, key, line, metadata, moment, now, one_of, text, traces, uuid

organizations = Table(
    "organizations",
    metadata,
    key(),
    line("name"),
    line("legal_name", nullable=True),
    json("address"),
    line("tax_id", 64, nullable=True),
    line("logo_url", 500, nullable=True),
    text("signature_provider", default="BUILT_IN"),
    flag("requires_authorization"),
    now("created_at"),
    now("updated_at"),
    moment("deleted_at"),
    # No lease leaves the house while a party lacks its name, address or country; [{…}]: where to pay.
    flag("complete_parties"),
    json("bank_accounts"),
    # ISO 3166-1, of the address, whose `country` is as it was given.
    line("country_code", 2, nullable=True),
    # {priority: hours} until a ticket is due; null for our own.
    json("maintenance_hours"),
    one_of("signature_provider", "BUILT_IN", "DOCUSIGN"),
)

# Invitations by e-mail; a newer invitation to the same address revokes the older one.
invitations = Table(
    "invitations",
    metadata,
    key(),
    uuid("organization_id", "organizations.id"),
    text("email"),
    text("role"),
    text("token_hash"),
    uuid("invited_by", "users.id"),
    moment("expires_at", nullable=False),
    moment("accepted_at"),
    moment("revoked_at"),
    now("created_at"),
    # Who invites into an organization that is nobody's yet: the owner of an imported lease.
    uuid("inviting_organization_id", "organizations.id", nullable=True),
    one_of("role", "OWNER", "CLIENT", "BROKER", "AGENT", "FINANCIAL_OFFICER", "CONTRACTOR"),
    CheckConstraint("char_length(email) <= 255", name="email"),
    UniqueConstraint("token_hash"),
    Index("invitations_page_idx", "organization_id", "id"),
)

# Whom a client lets bid for it. `client_id` is the person who stands for the client in those bids; the parties are
# names as they were, because neither side may read the other's users.
mandates = Table(
    "mandates",
    metadata,
    key(),
    uuid("client_organization_id", "organizations.id"),
    uuid("client_id", "users.id"),
    uuid("broker_id", "users.id"),
    json("client_party", nullable=False),
    json("broker_party", nullable=False),
    day("valid_until", nullable=True),
    moment("revoked_at"),
    *traces(),
    Index(
        "mandates_one_per_broker",
        "client_organization_id",
        "broker_id",
        unique=True,
        postgresql_where=sql("revoked_at IS NULL"),
    ),
    Index("mandates_client_idx", "client_organization_id", "id"),
    Index("mandates_broker_idx", "broker_id", "id"),
)
