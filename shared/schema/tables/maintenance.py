"""Maintenance tickets: what is broken, who mends it, what was said and what became of it."""

from sqlalchemy import (
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
)
from sqlalchemy import text as sql

from shared.schema.tables.columns import (
    attachments,
    currency,
    day,
    flag,
    json,
    key,
    line,
    metadata,
    moment,
    money,
    now,
    number,
    one_of,
    text,
    traces,
    uuid,
)

PRIORITIES = ("LOW", "MEDIUM", "HIGH", "URGENT")
CATEGORIES = ("PLUMBING", "ELECTRICAL", "HVAC", "APPLIANCE", "OTHER")
STATUSES = ("OPEN", "IN_PROGRESS", "RESOLVED", "CLOSED")
SIDES = ("OWNER", "CLIENT", "CONTRACTOR")


def _of_ticket() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["ticket_id", "owner_organization_id"], ["tickets.id", "tickets.owner_organization_id"], ondelete="RESTRICT"
    )


# Counted by the trigger on tickets (app.number_ticket) and by nobody else.
ticket_counters = Table(
    "ticket_counters",
    metadata,
    uuid("organization_id", "organizations.id"),
    number("last_number"),
    PrimaryKeyConstraint("organization_id"),
)

tickets = Table(
    "tickets",
    metadata,
    key(),
    number("number"),
    uuid("owner_organization_id"),
    uuid("building_id"),
    uuid("space_id", nullable=True),
    # The tenant who reported it; null where the owner's side or a plan did.
    uuid("client_organization_id", "organizations.id", nullable=True),
    uuid("client_id", "users.id", nullable=True),
    uuid("reported_by", "users.id", nullable=True),
    # Names as they were: no side may read another's users.
    json("reporter"),
    json("client_party"),
    json("premises", nullable=False),
    uuid("contractor_organization_id", "organizations.id", nullable=True),
    uuid("contractor_id", "users.id", nullable=True),
    json("contractor_party"),
    moment("accepted_at"),
    line("title"),
    text("description"),
    text("priority"),
    text("category"),
    text("status", default="OPEN"),
    attachments(),
    # Moments of the business clock. It was opened when it was reported, or reopened the last time.
    moment("opened_at", nullable=False),
    moment("due_at", nullable=False),
    moment("replied_at"),
    moment("resolved_at"),
    moment("closed_at"),
    *traces(),
    # The plan that opened it, and for which of its days; what is to be done.
    uuid("plan_id", "maintenance_plans.id", nullable=True),
    day("occurs_on", nullable=True),
    json("checklist"),
    one_of("priority", *PRIORITIES),
    one_of("category", *CATEGORIES),
    one_of("status", *STATUSES),
    CheckConstraint("number > 0", name="number"),
    CheckConstraint("num_nonnulls(client_organization_id, client_id, client_party) IN (0, 3)", name="client"),
    CheckConstraint(
        "num_nonnulls(contractor_organization_id, contractor_id, contractor_party) IN (0, 3)", name="contractor"
    ),
    CheckConstraint("accepted_at IS NULL OR contractor_id IS NOT NULL", name="accepted"),
    CheckConstraint("(status = 'CLOSED') = (closed_at IS NOT NULL)", name="closed"),
    CheckConstraint("status <> 'RESOLVED' OR resolved_at IS NOT NULL", name="resolved"),
    ForeignKeyConstraint(
        ["building_id", "owner_organization_id"],
        ["buildings.id", "buildings.owner_organization_id"],
        ondelete="RESTRICT",
    ),
    ForeignKeyConstraint(
        ["space_id", "building_id", "owner_organization_id"],
        ["spaces.id", "spaces.building_id", "spaces.owner_organization_id"],
        ondelete="RESTRICT",
    ),
    CheckConstraint("(plan_id IS NULL) = (occurs_on IS NULL)", name="planned"),
    UniqueConstraint("owner_organization_id", "number"),
    UniqueConstraint("id", "owner_organization_id", name="tickets_owner_key"),
    Index("tickets_owner_page_idx", "owner_organization_id", sql("created_at DESC"), sql("id DESC")),
    Index("tickets_client_page_idx", "client_organization_id", sql("created_at DESC"), sql("id DESC")),
    Index("tickets_contractor_page_idx", "contractor_organization_id", sql("created_at DESC"), sql("id DESC")),
    Index("tickets_newest_idx", sql("created_at DESC"), sql("id DESC")),
    Index(None, "building_id"),
    Index(None, "space_id"),
    Index("tickets_due_idx", "due_at", postgresql_where=sql("status IN ('OPEN', 'IN_PROGRESS')")),
    Index("tickets_resolved_idx", "resolved_at", postgresql_where=sql("status = 'RESOLVED'")),
    Index(None, "file_ids", postgresql_using="gin"),
    Index("tickets_planned_key", "plan_id", "occurs_on", unique=True, postgresql_where=sql("plan_id IS NOT NULL")),
)

# What comes again and again: each day of the rule opens one ticket.
maintenance_plans = Table(
    "maintenance_plans",
    metadata,
    key(),
    uuid("owner_organization_id"),
    uuid("building_id"),
    uuid("space_id", nullable=True),
    json("premises", nullable=False),
    line("title"),
    text("description"),
    text("category"),
    text("priority"),
    line("rrule", 500),
    day("starts_on"),
    number("lead_days"),
    uuid("contractor_id", "users.id", nullable=True),
    json("checklist", nullable=False, default="[]"),
    # The next day for which a ticket is to be opened; null once there is none.
    day("next_on", nullable=True),
    *traces(),
    moment("deleted_at"),
    one_of("category", *CATEGORIES),
    one_of("priority", *PRIORITIES),
    CheckConstraint("lead_days BETWEEN 0 AND 366", name="lead_days"),
    ForeignKeyConstraint(
        ["building_id", "owner_organization_id"],
        ["buildings.id", "buildings.owner_organization_id"],
        ondelete="RESTRICT",
    ),
    ForeignKeyConstraint(
        ["space_id", "building_id", "owner_organization_id"],
        ["spaces.id", "spaces.building_id", "spaces.owner_organization_id"],
        ondelete="RESTRICT",
    ),
    Index("maintenance_plans_page_idx", "owner_organization_id", "id"),
    Index(None, "building_id"),
    Index(None, "space_id"),
    Index("maintenance_plans_next_idx", "next_on", postgresql_where=sql("deleted_at IS NULL AND next_on IS NOT NULL")),
)

# An internal note is for the owner's side alone. What a contractor writes before they are assigned is for the owner's
# side and themselves.
ticket_threads = Table(
    "ticket_threads",
    metadata,
    key(),
    uuid("ticket_id"),
    uuid("owner_organization_id"),
    uuid("organization_id", "organizations.id"),
    uuid("user_id", "users.id"),
    text("side"),
    text("message"),
    attachments(),
    flag("is_internal"),
    flag("is_inquiry"),
    now(),
    one_of("side", *SIDES),
    CheckConstraint("NOT is_internal OR side = 'OWNER'", name="internal"),
    CheckConstraint("NOT is_inquiry OR side = 'CONTRACTOR'", name="inquiry"),
    _of_ticket(),
    Index(None, "ticket_id", "created_at"),
    Index(None, "file_ids", postgresql_using="gin"),
)

# What happened to a ticket, in order. An entry about a contractor is not for other contractors.
ticket_history = Table(
    "ticket_history",
    metadata,
    key(),
    uuid("ticket_id"),
    uuid("owner_organization_id"),
    # Null where the platform acted.
    uuid("user_id", "users.id", nullable=True),
    text("side", nullable=True),
    uuid("contractor_organization_id", "organizations.id", nullable=True),
    text("action"),
    line("reason", 500, nullable=True),
    json("changes", nullable=False, default="[]"),
    now(),
    one_of("side", *SIDES),
    _of_ticket(),
    Index(None, "ticket_id", "created_at"),
)

# Contractors who were asked for a quote.
ticket_invitations = Table(
    "ticket_invitations",
    metadata,
    uuid("ticket_id"),
    uuid("owner_organization_id"),
    uuid("contractor_organization_id", "organizations.id"),
    uuid("contractor_id", "users.id"),
    json("contractor_party", nullable=False),
    now(),
    PrimaryKeyConstraint("ticket_id", "contractor_organization_id"),
    _of_ticket(),
    Index(None, "contractor_organization_id"),
)

ticket_quotes = Table(
    "ticket_quotes",
    metadata,
    key(),
    uuid("ticket_id"),
    uuid("owner_organization_id"),
    uuid("contractor_organization_id", "organizations.id"),
    uuid("contractor_id", "users.id"),
    json("contractor_party", nullable=False),
    money("amount"),
    currency(),
    text("notes", nullable=True),
    attachments(),
    text("status", default="OPEN"),
    *traces(),
    CheckConstraint("amount > 0", name="amount"),
    one_of("status", "OPEN", "ACCEPTED", "DECLINED"),
    _of_ticket(),
    Index(None, "ticket_id"),
    Index(None, "contractor_organization_id"),
    Index("ticket_quotes_one_accepted", "ticket_id", unique=True, postgresql_where=sql("status = 'ACCEPTED'")),
    Index(None, "file_ids", postgresql_using="gin"),
)

# Once a ticket, of the contractor who was assigned then.
ticket_ratings = Table(
    "ticket_ratings",
    metadata,
    uuid("ticket_id"),
    uuid("owner_organization_id"),
    uuid("client_organization_id", "organizations.id"),
    uuid("contractor_organization_id", "organizations.id", nullable=True),
    uuid("user_id", "users.id"),
    number("stars"),
    text("comment", nullable=True),
    now(),
    CheckConstraint("stars BETWEEN 1 AND 5", name="stars"),
    PrimaryKeyConstraint("ticket_id"),
    _of_ticket(),
    Index(None, "contractor_organization_id"),
)

# One an organization. Where and how far it works; coordinates for `near`.
contractor_profiles = Table(
    "contractor_profiles",
    metadata,
    uuid("organization_id", "organizations.id"),
    json("trades", nullable=False, default="[]"),
    json("service_area"),
    line("license_number", 100, nullable=True),
    uuid("insurance_document_id", "files.id", nullable=True),
    day("insurance_expires_on", nullable=True),
    *traces(),
    PrimaryKeyConstraint("organization_id"),
    Index("contractor_profiles_insurance_idx", "insurance_expires_on"),
)
