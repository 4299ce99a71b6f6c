"""Connections to accounting software: what maps to what there, and what of each document has become."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy import text as sql

from shared.schema.tables.columns import (
    currency,
    day,
    json,
    key,
    line,
    metadata,
    moment,
    money,
    now,
    number,
    one_of,
    sha256,
    text,
    traces,
    uuid,
)

PROVIDERS = ("quickbooks", "zoho")

# Somebody on their way to the provider and back: `state` is good once, in the browser that was given the cookie.
integration_attempts = Table(
    "integration_attempts",
    metadata,
    key(),
    uuid("organization_id", "organizations.id"),
    uuid("user_id", "users.id"),
    text("provider"),
    text("state_sha256"),
    text("browser_sha256"),
    line("company_id", 64, nullable=True),
    line("return_to", 500),
    day("starts_on"),
    now("created_at"),
    moment("expires_at", nullable=False),
    moment("spent_at"),
    # Why the provider let nobody in, or did not answer.
    text("reason", nullable=True),
    one_of("provider", *PROVIDERS),
    sha256("state_sha256"),
    sha256("browser_sha256"),
    UniqueConstraint("state_sha256"),
    Index(None, "organization_id", "provider", "created_at"),
    Index(None, "user_id"),
    Index("integration_attempts_expiry_idx", "expires_at"),
)

# A company at a provider. Whoever takes it away and comes back finds what was sent already; the tokens are in Secrets
# Manager.
integrations = Table(
    "integrations",
    metadata,
    key(),
    uuid("organization_id", "organizations.id"),
    text("provider"),
    line("company_id", 64),
    line("company_name"),
    line("company_currency", 3, nullable=True),
    line("company_country", 64, nullable=True),
    text("status", default="CONNECTED"),
    text("reason", nullable=True),
    uuid("user_id", "users.id"),
    moment("connected_at", nullable=False),
    # {role: id}: which of the provider's accounts the books' accounts are.
    json("accounts", nullable=False, default="{}"),
    # What was posted earlier is not sent.
    day("starts_on"),
    # When the provider's accounts and customers were read.
    moment("read_at"),
    # Up to which of our documents all were looked at.
    Column("looked_to", Uuid),
    # The documents that are on their way: at most one batch at a time.
    Column("batch_id", Uuid),
    moment("sending_since"),
    # Nothing is sent until then, because the provider asked for patience or did not answer so many times.
    moment("paused_until"),
    number("failures", default="0"),
    *traces(),
    one_of("provider", *PROVIDERS),
    one_of("status", "CONNECTED", "DISCONNECTED", "REMOVED"),
    CheckConstraint("(batch_id IS NULL) = (sending_since IS NULL)", name="batch"),
    UniqueConstraint("organization_id", "provider", "company_id"),
    UniqueConstraint("id", "organization_id", name="integrations_organization_key"),
    Index(
        "integrations_one_per_provider",
        "organization_id",
        "provider",
        unique=True,
        postgresql_where=sql("status <> 'REMOVED'"),
    ),
    Index("integrations_live_idx", "id", postgresql_where=sql("status = 'CONNECTED'")),
    Index(None, "user_id"),
)


def _integration() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["integration_id", "organization_id"],
        ["integrations.id", "integrations.organization_id"],
        ondelete="RESTRICT",
    )


# What the provider has that ours can map to.
integration_targets = Table(
    "integration_targets",
    metadata,
    uuid("integration_id"),
    uuid("organization_id"),
    text("kind"),
    line("external_id", 64),
    line("name", 500),
    line("type", 100, nullable=True),
    # Which reading of the list found it; what the latest did not find goes.
    uuid("read_id"),
    one_of("kind", "ACCOUNT", "CUSTOMER"),
    PrimaryKeyConstraint("integration_id", "kind", "external_id"),
    _integration(),
    Index("integration_targets_name_idx", "integration_id", "kind", sql("lower(name)"), "external_id"),
)

# Which of the provider's customers a tenant is, and how we know.
integration_customers = Table(
    "integration_customers",
    metadata,
    uuid("integration_id"),
    uuid("organization_id"),
    uuid("client_organization_id", "organizations.id"),
    line("external_id", 64),
    text("matched_by"),
    now("updated_at"),
    one_of("matched_by", "PERSON", "NAME", "CREATED"),
    PrimaryKeyConstraint("integration_id", "client_organization_id"),
    _integration(),
    Index(None, "client_organization_id"),
)

# A document of ours at the provider. The money of a deposit is two: what came in, and what it is held as.
integration_documents = Table(
    "integration_documents",
    metadata,
    key(),
    uuid("integration_id"),
    uuid("organization_id"),
    uuid("entry_id"),
    text("kind"),
    uuid("contract_id", "contracts.id"),
    uuid("payment_id", "payments.id", nullable=True),
    line("number", nullable=True),
    money("amount"),
    currency(),
    day("posted_on"),
    text("status", default="QUEUED"),
    number("attempts", default="0"),
    number("refusals", default="0"),
    moment("retry_at"),
    text("reason", nullable=True),
    line("external_id", 64, nullable=True),
    moment("sent_at"),
    now("created_at"),
    one_of("kind", "INVOICE", "CREDIT_NOTE", "PAYMENT", "WRITE_OFF", "JOURNAL"),
    one_of("status", "QUEUED", "SENDING", "SENT", "REFUSED"),
    CheckConstraint("(status = 'SENT') = (sent_at IS NOT NULL)", name="sent"),
    CheckConstraint("status <> 'SENT' OR external_id IS NOT NULL", name="external_id"),
    _integration(),
    UniqueConstraint("integration_id", "entry_id", "kind", name="integration_documents_entry_key"),
    Index(
        "integration_documents_waiting_idx",
        "integration_id",
        "entry_id",
        "kind",
        postgresql_where=sql("status <> 'SENT'"),
    ),
    Index(None, "payment_id"),
    Index(None, "contract_id"),
)
