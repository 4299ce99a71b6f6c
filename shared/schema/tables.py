"""Every table of the platform, once, as SQLAlchemy metadata.

SQLAlchemy owns the shape and psycopg runs the queries: nothing that answers a request imports
this module. Row-level security, grants, triggers and functions stand as SQL beside the
migrations (`migrations/sql/`).

Conventions: keys are UUIDv7 made in Python; moments are `timestamptz`; days are `date` in the
building's time zone; money is `NUMERIC(12,2)`; states are text with a CHECK, because comparing
enums is not leakproof and would cost an index under row-level security. `owner_organization_id`
and `client_organization_id` are repeated where row-level security needs them, and composite
foreign keys keep the copies equal to the original.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    Date,
    DateTime,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    MetaData,
    Numeric,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    literal_column,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, INET, JSONB, ExcludeConstraint

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "fk": "%(table_name)s_%(column_0_name)s_fkey",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "ck": "%(table_name)s_%(constraint_name)s_check",
        "ix": "%(table_name)s_%(column_0_N_name)s_idx",
    }
)

MONEY = Numeric(12, 2)
AREA = Numeric(10, 2)
TOTAL_AREA = Numeric(14, 2)
PERCENT = Numeric(7, 4)

ROLES = ("SUPER_ADMIN", "OWNER", "CLIENT", "BROKER", "AGENT", "FINANCIAL_OFFICER", "CONTRACTOR", "SUPPORT")
USAGE_TYPES = ("OFFICE", "CANTEEN", "RESTROOM", "STORAGE", "CORRIDOR", "JANITOR", "OTHER")
CONTRACT_TYPES = ("LEASE", "RENTAL", "SALE")


def _key() -> Column[Any]:
    return Column("id", Uuid, primary_key=True)


def _uuid(name: str, target: str | None = None, nullable: bool = False) -> Column[Any]:
    reference = [] if target is None else [ForeignKey(target, ondelete="RESTRICT")]
    return Column(name, Uuid, *reference, nullable=nullable)


def _text(name: str, nullable: bool = False, default: str | None = None) -> Column[Any]:
    return Column(name, Text, nullable=nullable, server_default=default)


def _line(name: str, length: int = 255, nullable: bool = False) -> Column[Any]:
    return Column(name, String(length), nullable=nullable)


def _money(name: str, nullable: bool = False, default: str | None = None) -> Column[Any]:
    return Column(name, MONEY, nullable=nullable, server_default=default)


def _moment(name: str, nullable: bool = True) -> Column[Any]:
    return Column(name, DateTime(timezone=True), nullable=nullable)


def _now(name: str = "created_at") -> Column[Any]:
    return Column(name, DateTime(timezone=True), nullable=False, server_default=text("now()"))


def _day(name: str, nullable: bool = False) -> Column[Any]:
    return Column(name, Date, nullable=nullable)


def _json(name: str, nullable: bool = True, default: str | None = None) -> Column[Any]:
    fallback = None if default is None else text(f"'{default}'::jsonb")
    return Column(name, JSONB, nullable=nullable, server_default=fallback)


def _flag(name: str, default: bool = False) -> Column[Any]:
    return Column(name, Boolean, nullable=False, server_default=text("true" if default else "false"))


def _number(name: str, nullable: bool = False, default: str | None = None) -> Column[Any]:
    return Column(name, Integer, nullable=nullable, server_default=None if default is None else text(default))


def _currency() -> Column[Any]:
    return Column("currency", String(3), nullable=False, server_default="USD")


def _one_of(column: str, *values: str) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def _sha256(column: str) -> CheckConstraint:
    return CheckConstraint(f"{column} ~ '^[0-9a-f]{{64}}$'", name=column)


def _traces() -> list[Column[Any]]:
    """Who wrote the row and when (source 000, section 2)."""
    return [
        _now("created_at"),
        _now("updated_at"),
        _uuid("created_by", "users.id", nullable=True),
        _uuid("updated_by", "users.id", nullable=True),
    ]


def _both_sides() -> list[Column[Any]]:
    return [_uuid("owner_organization_id"), _uuid("client_organization_id")]


def _same_sides_as(table: str, column: str) -> ForeignKeyConstraint:
    """The two organizations of a row are those of its bid or contract, never others."""
    return ForeignKeyConstraint(
        [column, "owner_organization_id", "client_organization_id"],
        [f"{table}.id", f"{table}.owner_organization_id", f"{table}.client_organization_id"],
        ondelete="RESTRICT",
    )


def _terms() -> list[Column[Any]]:
    """The core of an offer (spec/lease-maths.md); its optional terms stand together in `terms`."""
    return [
        _text("contract_type", default="LEASE"),
        _day("start_date"),
        _number("term_months", nullable=True),
        _json("terms", nullable=False, default="{}"),
    ]


def _term_checks() -> list[CheckConstraint]:
    return [
        _one_of("contract_type", *CONTRACT_TYPES),
        CheckConstraint("term_months BETWEEN 1 AND 600", name="term_months"),
        CheckConstraint("(contract_type = 'SALE') OR (term_months IS NOT NULL)", name="term"),
    ]


# --- people -----------------------------------------------------------------------------------

organizations = Table(
    "organizations",
    metadata,
    _key(),
    _line("name"),
    _line("legal_name", nullable=True),
    _json("address"),
    _line("tax_id", 64, nullable=True),
    _line("logo_url", 500, nullable=True),
    _text("signature_provider", default="BUILT_IN"),
    _flag("requires_authorization"),
    _now("created_at"),
    _now("updated_at"),
    _moment("deleted_at"),
    _one_of("signature_provider", "BUILT_IN", "DOCUSIGN"),
)

users = Table(
    "users",
    metadata,
    _key(),
    _uuid("organization_id", "organizations.id"),
    _text("email"),
    _line("password_hash"),
    _line("name"),
    _line("phone", 32, nullable=True),
    _line("company", nullable=True),
    _line("title", nullable=True),
    _text("role"),
    _text("status", default="ACTIVE"),
    _flag("email_verified"),
    _flag("two_factor_enabled"),
    _line("two_factor_secret", 500, nullable=True),
    # The 30 seconds of the last code that was taken: none is taken twice.
    Column("two_factor_step", BigInteger),
    _number("token_version", default="1"),
    _json("preferences", nullable=False, default="{}"),
    _text("bio", nullable=True),
    _line("website", 500, nullable=True),
    _line("linkedin", 500, nullable=True),
    _json("skills", nullable=False, default="[]"),
    _json("certifications", nullable=False, default="[]"),
    _moment("terms_accepted_at"),
    _moment("last_login_at"),
    *_traces(),
    _moment("deleted_at"),
    _one_of("role", *ROLES),
    _one_of("status", "ACTIVE", "SUSPENDED"),
    CheckConstraint("char_length(email) <= 255", name="email"),
    # An address belongs to one account at a time: who was removed may come back, with a new one.
    Index("users_email_key", text("lower(email)"), unique=True, postgresql_where=text("deleted_at IS NULL")),
    Index(None, "organization_id"),
)

# One row is one refresh family: the newest token, and its direct predecessor for the 10 s in
# which a lost answer may be asked for again (decision 6).
sessions = Table(
    "sessions",
    metadata,
    _key(),
    _uuid("user_id", "users.id"),
    _text("refresh_hash"),
    _text("previous_hash", nullable=True),
    _moment("rotated_at"),
    _moment("expires_at", nullable=False),
    _moment("revoked_at"),
    _text("revoked_reason", nullable=True),
    Column("ip_address", INET),
    _text("user_agent", nullable=True),
    _now("created_at"),
    UniqueConstraint("refresh_hash"),
    Index(None, "user_id", "created_at"),
)

user_tokens = Table(
    "user_tokens",
    metadata,
    _key(),
    _uuid("user_id", "users.id"),
    _text("purpose"),
    _text("token_hash"),
    _moment("expires_at", nullable=False),
    _moment("spent_at"),
    _now("created_at"),
    # Whose socket a ticket opens.
    _uuid("session_id", nullable=True),
    _number("attempts", default="0"),
    _one_of("purpose", "EMAIL_VERIFICATION", "PASSWORD_RESET", "SECOND_FACTOR", "SOCKET", "OAUTH"),
    UniqueConstraint("token_hash"),
    Index(None, "user_id", "purpose"),
)

# What lets somebody in who has lost the phone: ten codes, each good once.
recovery_codes = Table(
    "recovery_codes",
    metadata,
    _uuid("user_id", "users.id"),
    _text("code_hash"),
    _moment("spent_at"),
    _now("created_at"),
    PrimaryKeyConstraint("user_id", "code_hash"),
    _sha256("code_hash"),
)

# Who somebody is elsewhere: `subject` is the provider's own name for the person, and never changes.
oauth_identities = Table(
    "oauth_identities",
    metadata,
    _text("provider"),
    _text("subject"),
    _uuid("user_id", "users.id"),
    _now("created_at"),
    PrimaryKeyConstraint("provider", "subject"),
    UniqueConstraint("user_id", "provider"),
    _one_of("provider", "google", "linkedin"),
)

# Counted per submitted address, known or not, so that both lock alike (decision 10).
login_attempts = Table(
    "login_attempts",
    metadata,
    Column("email_hash", Text, primary_key=True),
    _number("failed_attempts", default="0"),
    _moment("locked_until"),
    _now("updated_at"),
)

# The hashes of the passwords before the present one, newest first: none of the last five comes again.
password_history = Table(
    "password_history",
    metadata,
    Column("user_id", Uuid, ForeignKey("users.id", ondelete="RESTRICT"), primary_key=True),
    Column("password_hashes", ARRAY(Text), nullable=False),
    _now("updated_at"),
)

# When an address asked for mail, or an IP tried to log in while Valkey was down: the sliding windows
# that must hold whatever happens to the cache. The subject is a hash, as in login_attempts.
rate_windows = Table(
    "rate_windows",
    metadata,
    Column("subject_hash", Text, primary_key=True),
    Column("moments", ARRAY(DateTime(timezone=True)), nullable=False, server_default=text("'{}'")),
    _now("updated_at"),
    _sha256("subject_hash"),
)

# Who was asked by mail to join; a newer invitation of the same address revokes the older.
invitations = Table(
    "invitations",
    metadata,
    _key(),
    _uuid("organization_id", "organizations.id"),
    _text("email"),
    _text("role"),
    _text("token_hash"),
    _uuid("invited_by", "users.id"),
    _moment("expires_at", nullable=False),
    _moment("accepted_at"),
    _moment("revoked_at"),
    _now("created_at"),
    _one_of("role", "OWNER", "CLIENT", "BROKER", "AGENT", "FINANCIAL_OFFICER"),
    CheckConstraint("char_length(email) <= 255", name="email"),
    UniqueConstraint("token_hash"),
    Index("invitations_page_idx", "organization_id", "id"),
)

# Whom a client lets bid for it. `client_id` is the person who stands for the client in those bids; the parties are
# names as they were, because neither side may read the other's users.
mandates = Table(
    "mandates",
    metadata,
    _key(),
    _uuid("client_organization_id", "organizations.id"),
    _uuid("client_id", "users.id"),
    _uuid("broker_id", "users.id"),
    _json("client_party", nullable=False),
    _json("broker_party", nullable=False),
    _day("valid_until", nullable=True),
    _moment("revoked_at"),
    *_traces(),
    Index(
        "mandates_one_per_broker",
        "client_organization_id",
        "broker_id",
        unique=True,
        postgresql_where=text("revoked_at IS NULL"),
    ),
    Index("mandates_client_idx", "client_organization_id", "id"),
    Index("mandates_broker_idx", "broker_id", "id"),
)

# --- inventory --------------------------------------------------------------------------------

buildings = Table(
    "buildings",
    metadata,
    _key(),
    _uuid("owner_organization_id", "organizations.id"),
    _uuid("owner_id", "users.id"),
    _line("name"),
    _json("address", nullable=False),
    Column("latitude", Numeric(10, 8)),
    Column("longitude", Numeric(11, 8)),
    _text("timezone", default="UTC"),
    _text("category", default="COMMERCIAL"),
    _line("external_id", nullable=True),
    _number("total_floors"),
    _json("amenities", nullable=False, default="[]"),
    # Counted by the trigger on spaces (app.count_spaces) and by nobody else.
    _number("total_spaces", default="0"),
    _number("listed_spaces", default="0"),
    _number("available_spaces", default="0"),
    Column("leasable_sqft", TOTAL_AREA, nullable=False, server_default=text("0")),
    Column("occupied_sqft", TOTAL_AREA, nullable=False, server_default=text("0")),
    *_traces(),
    _moment("deleted_at"),
    CheckConstraint(
        "0 <= available_spaces AND available_spaces <= listed_spaces AND listed_spaces <= total_spaces"
        " AND 0 <= occupied_sqft AND occupied_sqft <= leasable_sqft",
        name="occupancy",
    ),
    CheckConstraint("total_floors > 0", name="total_floors"),
    CheckConstraint("latitude BETWEEN -90 AND 90", name="latitude"),
    CheckConstraint("longitude BETWEEN -180 AND 180", name="longitude"),
    UniqueConstraint("id", "owner_organization_id", name="buildings_owner_key"),
    Index(
        "buildings_external_id_key",
        "owner_organization_id",
        "external_id",
        unique=True,
        postgresql_where=text("deleted_at IS NULL"),
    ),
    Index(
        "buildings_page_idx",
        "owner_organization_id",
        text("created_at DESC"),
        text("id DESC"),
        postgresql_where=text("deleted_at IS NULL"),
    ),
    Index(
        "buildings_newest_idx",
        text("created_at DESC"),
        text("id DESC"),
        postgresql_where=text("deleted_at IS NULL"),
    ),
    Index(
        "buildings_place_idx",
        text(
            "cube(ARRAY[6371008.8 * cosd(latitude::float8) * cosd(longitude::float8),"
            " 6371008.8 * cosd(latitude::float8) * sind(longitude::float8), 6371008.8 * sind(latitude::float8)])"
        ),
        postgresql_using="gist",
        postgresql_where=text("deleted_at IS NULL AND latitude IS NOT NULL AND longitude IS NOT NULL"),
    ),
)

floors = Table(
    "floors",
    metadata,
    _key(),
    _uuid("building_id"),
    _uuid("owner_organization_id"),
    _number("floor_number"),
    Column("total_sqft", AREA),
    Column("common_area_sqft", AREA, nullable=False, server_default=text("0")),
    Column("net_leasable_sqft", AREA, Computed("total_sqft - common_area_sqft", persisted=True)),
    _json("amenities", nullable=False, default="[]"),
    _line("floor_plan_url", 500, nullable=True),
    *_traces(),
    _moment("deleted_at"),
    CheckConstraint("total_sqft >= 0", name="total_sqft"),
    CheckConstraint("common_area_sqft >= 0 AND common_area_sqft <= total_sqft", name="common_area_sqft"),
    ForeignKeyConstraint(
        ["building_id", "owner_organization_id"],
        ["buildings.id", "buildings.owner_organization_id"],
        ondelete="RESTRICT",
    ),
    UniqueConstraint("id", "building_id", name="floors_building_key"),
    Index(
        "floors_floor_number_key",
        "building_id",
        "floor_number",
        unique=True,
        postgresql_where=text("deleted_at IS NULL"),
    ),
)

_LISTED = text("is_leasable AND deleted_at IS NULL")

spaces = Table(
    "spaces",
    metadata,
    _key(),
    _uuid("floor_id"),
    _uuid("building_id"),
    _uuid("owner_organization_id"),
    _line("name"),
    Column("gross_sqft", AREA, nullable=False),
    Column("usable_sqft", AREA, nullable=False),
    _text("usage_type"),
    _flag("is_leasable", default=True),
    _money("base_price_monthly", nullable=True),
    _currency(),
    _text("availability_status", default="AVAILABLE"),
    # Deferred, because a hold and the contract that is its reason are written in one transaction
    # and either may come first.
    Column(
        "held_by_contract_id",
        Uuid,
        ForeignKey("contracts.id", ondelete="RESTRICT", deferrable=True, initially="DEFERRED", use_alter=True),
    ),
    _line("external_id", nullable=True),
    _json("amenities", nullable=False, default="[]"),
    _json("images", nullable=False, default="[]"),
    # Filters and sorts use these: comparing bigint is leakproof, comparing numeric is not.
    Column("price_minor", BigInteger, Computed("(base_price_monthly * 100::numeric)::bigint", persisted=True)),
    Column("gross_sqft_hundredths", BigInteger, Computed("(gross_sqft * 100::numeric)::bigint", persisted=True)),
    *_traces(),
    _moment("deleted_at"),
    _one_of("usage_type", *USAGE_TYPES),
    _one_of("availability_status", "AVAILABLE", "OCCUPIED", "MAINTENANCE", "RESERVED"),
    CheckConstraint("gross_sqft > 0 AND usable_sqft >= 0", name="sqft"),
    CheckConstraint("usable_sqft <= gross_sqft", name="usable_sqft"),
    CheckConstraint("base_price_monthly >= 0", name="base_price_monthly"),
    ForeignKeyConstraint(["floor_id", "building_id"], ["floors.id", "floors.building_id"], ondelete="RESTRICT"),
    ForeignKeyConstraint(
        ["building_id", "owner_organization_id"],
        ["buildings.id", "buildings.owner_organization_id"],
        ondelete="RESTRICT",
    ),
    UniqueConstraint("id", "building_id", "owner_organization_id", name="spaces_owner_key"),
    Index(
        "spaces_external_id_key",
        "owner_organization_id",
        "external_id",
        unique=True,
        postgresql_where=text("deleted_at IS NULL"),
    ),
    Index("spaces_price_idx", "price_minor", "id", postgresql_where=_LISTED),
    Index(
        "spaces_price_desc_idx",
        text("price_minor DESC NULLS LAST"),
        text("id DESC"),
        postgresql_where=_LISTED,
    ),
    Index("spaces_sqft_idx", "gross_sqft_hundredths", "id", postgresql_where=_LISTED),
    Index("spaces_newest_idx", text("created_at DESC"), text("id DESC"), postgresql_where=_LISTED),
    Index(
        "spaces_own_page_idx",
        "owner_organization_id",
        text("created_at DESC"),
        text("id DESC"),
        postgresql_where=text("deleted_at IS NULL"),
    ),
    Index(None, "building_id"),
    Index(None, "floor_id"),
    Index(
        "spaces_held_by_contract_id_idx",
        "held_by_contract_id",
        postgresql_where=text("held_by_contract_id IS NOT NULL"),
    ),
)

# What a live space is searched by, and the words of all of them: the triggers of 0012_search.sql keep both, nobody else
# reads or writes them.
listings = Table(
    "listings",
    metadata,
    _key(),
    Column("number", BigInteger, Identity(always=True), nullable=False),
    Column("building_id", Uuid, nullable=False),
    Column("owner_organization_id", Uuid, nullable=False),
    Column("is_leasable", Boolean, nullable=False),
    Column("price_minor", BigInteger),
    Column("gross_sqft_hundredths", BigInteger, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("place", ARRAY(Double)),
    Column("tags", ARRAY(BigInteger), nullable=False),
    Index(
        "listings_tags_idx",
        "tags",
        text("(number >> 15)"),
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
        postgresql_where=text("is_leasable"),
    ),
    Index("listings_newest_idx", text("created_at DESC"), text("id DESC"), postgresql_where=text("is_leasable")),
    Index(
        "listings_cheapest_idx",
        text("coalesce(price_minor, 9223372036854775807)"),
        "id",
        postgresql_where=text("is_leasable"),
    ),
    Index(
        "listings_dearest_idx",
        text("coalesce(price_minor, -1) DESC"),
        text("id DESC"),
        postgresql_where=text("is_leasable"),
    ),
    Index("listings_price_idx", "price_minor", postgresql_where=text("is_leasable")),
    Index("listings_sqft_idx", "gross_sqft_hundredths", "id", postgresql_where=text("is_leasable")),
    Index("listings_building_idx", "building_id", "id", postgresql_where=text("is_leasable")),
    Index(
        "listings_unlisted_idx",
        "owner_organization_id",
        text("created_at DESC"),
        text("id DESC"),
        postgresql_where=text("NOT is_leasable"),
    ),
)

search_words = Table(
    "search_words",
    metadata,
    Column("word", Text(collation="C"), primary_key=True),
    Column("keys", ARRAY(BigInteger), nullable=False),
    Index("search_words_keys_idx", "keys", postgresql_using="gin", postgresql_with={"fastupdate": "off"}),
)

favorites = Table(
    "favorites",
    metadata,
    _uuid("user_id", "users.id"),
    _uuid("space_id", "spaces.id"),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=text("clock_timestamp()")),
    PrimaryKeyConstraint("user_id", "space_id"),
    Index("favorites_page_idx", "user_id", text("created_at DESC"), text("space_id DESC")),
)

saved_searches = Table(
    "saved_searches",
    metadata,
    _key(),
    _uuid("user_id", "users.id"),
    _line("name"),
    _json("criteria", nullable=False),
    _json("wanted", nullable=False),
    # A tag that whatever fits must have, or 0.
    Column("anchor", BigInteger, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    Index("saved_searches_page_idx", "user_id", "id"),
    Index("saved_searches_anchor_idx", "anchor"),
)

saved_search_matches = Table(
    "saved_search_matches",
    metadata,
    Column("saved_search_id", Uuid, ForeignKey("saved_searches.id", ondelete="CASCADE"), nullable=False),
    _uuid("space_id", "spaces.id"),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    PrimaryKeyConstraint("saved_search_id", "space_id"),
)

# What a space was until it changed, in business time: reports as of a day that is past read it. A trigger keeps it.
space_history = Table(
    "space_history",
    metadata,
    Column("number", BigInteger, Identity(always=True), nullable=False),
    _uuid("space_id", "spaces.id"),
    _uuid("owner_organization_id"),
    _line("name"),
    Column("gross_sqft", AREA, nullable=False),
    Column("is_leasable", Boolean, nullable=False),
    _money("base_price_monthly", nullable=True),
    Column("currency", String(3), nullable=False),
    _text("availability_status"),
    Column("is_deleted", Boolean, nullable=False),
    _moment("valid_until", nullable=False),
    PrimaryKeyConstraint("space_id", "valid_until", "number"),
)

# --- deals ------------------------------------------------------------------------------------

bids = Table(
    "bids",
    metadata,
    _key(),
    _uuid("space_id"),
    _uuid("building_id"),
    _uuid("owner_id", "users.id"),
    _uuid("owner_organization_id"),
    _uuid("client_id", "users.id"),
    _uuid("client_organization_id", "organizations.id"),
    # The broker who acted for the client; `broker_party` is its name, as below.
    _uuid("broker_id", "users.id", nullable=True),
    _money("bid_amount"),
    _money("counter_offer_amount", nullable=True),
    _currency(),
    *_terms(),
    _day("valid_until", nullable=True),
    _text("status", default="PENDING"),
    _number("version", default="1"),
    _text("notes", nullable=True),
    _text("decision_reason", nullable=True),
    _moment("decided_at"),
    # Names as they were: neither side may read the other's users, and a client keeps its bid on
    # a space that is no longer listed.
    _json("client_party", nullable=False),
    _json("owner_party"),
    _json("broker_party"),
    _json("premises", nullable=False),
    *_traces(),
    CheckConstraint("bid_amount > 0", name="bid_amount"),
    CheckConstraint("counter_offer_amount > 0", name="counter_offer_amount"),
    _one_of("status", "PENDING", "APPROVED", "REJECTED", "COUNTER_OFFERED", "WITHDRAWN"),
    *_term_checks(),
    ForeignKeyConstraint(
        ["space_id", "building_id", "owner_organization_id"],
        ["spaces.id", "spaces.building_id", "spaces.owner_organization_id"],
        ondelete="RESTRICT",
    ),
    UniqueConstraint("id", "owner_organization_id", "client_organization_id", name="bids_sides_key"),
    Index(
        "bids_one_open_per_client",
        "space_id",
        "client_organization_id",
        unique=True,
        postgresql_where=text("status IN ('PENDING', 'COUNTER_OFFERED')"),
    ),
    Index("bids_owner_page_idx", "owner_organization_id", text("created_at DESC"), text("id DESC")),
    Index("bids_client_page_idx", "client_organization_id", text("created_at DESC"), text("id DESC")),
    Index("bids_space_page_idx", "space_id", text("created_at DESC"), text("id DESC")),
    Index("bids_newest_idx", text("created_at DESC"), text("id DESC")),
)

bid_versions = Table(
    "bid_versions",
    metadata,
    _key(),
    _uuid("bid_id"),
    *_both_sides(),
    _number("version"),
    _text("side"),
    _uuid("author_id", "users.id"),
    _money("amount"),
    _currency(),
    *_terms(),
    _day("valid_until", nullable=True),
    _text("notes", nullable=True),
    _now("created_at"),
    # As it was reckoned for both sides; null for a SALE.
    _json("economics"),
    CheckConstraint("amount > 0", name="amount"),
    CheckConstraint("version > 0", name="version"),
    _one_of("side", "OWNER", "CLIENT"),
    *_term_checks(),
    _same_sides_as("bids", "bid_id"),
    UniqueConstraint("bid_id", "version"),
)

contracts = Table(
    "contracts",
    metadata,
    _key(),
    _uuid("bid_id", "bids.id", nullable=True),
    _uuid("renews_contract_id", "contracts.id", nullable=True),
    _uuid("space_id"),
    _uuid("building_id"),
    _uuid("owner_id", "users.id"),
    _uuid("owner_organization_id"),
    _uuid("client_id", "users.id"),
    _uuid("client_organization_id", "organizations.id"),
    *_terms(),
    _day("end_date", nullable=True),
    _money("base_rent"),
    _currency(),
    _text("billing_frequency", default="MONTHLY"),
    _text("proration", default="ACTUAL_MONTH"),
    Column("deposit_months", Numeric(6, 2), nullable=False, server_default=text("0")),
    Column("tax_percent", PERCENT, nullable=False, server_default=text("0")),
    _json("escalation"),
    _json("free_rent"),
    _json("late_policy"),
    _money("schedule_total", nullable=True),
    # The deal as it was struck: later changes of names, addresses or the building do not reach it.
    _json("owner_party", nullable=False),
    _json("client_party", nullable=False),
    _json("premises", nullable=False),
    _text("status", default="DRAFT"),
    _text("signature_status", default="NONE"),
    _text("signature_provider", default="BUILT_IN"),
    _flag("requires_authorization"),
    _text("envelope_id", nullable=True),
    _moment("hold_until"),
    _moment("executed_at"),
    _moment("activated_at"),
    _moment("terminated_at"),
    _text("termination_reason", nullable=True),
    _number("version", default="1"),
    _line("document_key", 500, nullable=True),
    _text("document_sha256", nullable=True),
    # The saga's side: its execution, and the encrypted token it waits with.
    _text("execution_arn", nullable=True),
    _moment("execution_started_at"),
    _moment("execution_ended_at"),
    _text("task_token", nullable=True),
    *_traces(),
    # When a lease without a bid was sent for signature: until then it is its owner's draft.
    _moment("sent_at"),
    # The first day without the lease, where it ends early; the newest index value that its schedule follows.
    _day("terminates_on", nullable=True),
    _uuid("index_value_id", nullable=True),
    *_term_checks(),
    _one_of("status", "DRAFT", "PENDING_SIGNATURE", "SIGNED", "ACTIVE", "EXPIRED", "TERMINATED"),
    _one_of("signature_status", "NONE", "SIGNED_BY_CLIENT", "SIGNED_BY_OWNER", "PENDING_ADMIN", "FULLY_SIGNED"),
    _one_of("signature_provider", "BUILT_IN", "DOCUSIGN"),
    _one_of("billing_frequency", "MONTHLY", "QUARTERLY", "ANNUAL"),
    _one_of("proration", "ACTUAL_MONTH", "ACTUAL_365", "THIRTY_360"),
    _sha256("document_sha256"),
    CheckConstraint("base_rent > 0", name="base_rent"),
    CheckConstraint("deposit_months >= 0", name="deposit_months"),
    CheckConstraint("tax_percent >= 0", name="tax_percent"),
    CheckConstraint("(end_date IS NULL) = (contract_type = 'SALE')", name="end_date"),
    CheckConstraint("end_date > start_date", name="dates"),
    ForeignKeyConstraint(
        ["space_id", "building_id", "owner_organization_id"],
        ["spaces.id", "spaces.building_id", "spaces.owner_organization_id"],
        ondelete="RESTRICT",
    ),
    # The law "one space, one lease at a time"; the hold is an unsigned contract that has a bid.
    ExcludeConstraint(
        ("space_id", "="),
        (literal_column("daterange(start_date, end_date, '[]')"), "&&"),
        where=text(
            "status IN ('SIGNED', 'ACTIVE') OR (bid_id IS NOT NULL AND status IN ('DRAFT', 'PENDING_SIGNATURE'))"
        ),
        using="gist",
        name="contracts_one_lease_at_a_time",
    ),
    UniqueConstraint("bid_id", name="contracts_one_per_bid"),
    UniqueConstraint("envelope_id"),
    UniqueConstraint("id", "owner_organization_id", "client_organization_id", name="contracts_sides_key"),
    Index("contracts_owner_page_idx", "owner_organization_id", text("created_at DESC"), text("id DESC")),
    Index("contracts_client_page_idx", "client_organization_id", text("created_at DESC"), text("id DESC")),
    Index("contracts_newest_idx", text("created_at DESC"), text("id DESC")),
    Index(None, "space_id"),
    Index(
        "contracts_hold_idx",
        "hold_until",
        postgresql_where=text("status IN ('DRAFT', 'PENDING_SIGNATURE')"),
    ),
    Index(
        "contracts_saga_idx",
        "created_at",
        postgresql_where=text("bid_id IS NOT NULL AND execution_ended_at IS NULL"),
    ),
    Index("contracts_status_dates_idx", "status", "start_date", "end_date"),
    # A lease is renewed once; what became of nothing does not count.
    Index(
        "contracts_one_renewal",
        "renews_contract_id",
        unique=True,
        postgresql_where=text("renews_contract_id IS NOT NULL AND status <> 'TERMINATED'"),
    ),
    Index(
        "contracts_terminating_idx",
        "terminates_on",
        "id",
        postgresql_where=text("terminates_on IS NOT NULL AND status IN ('SIGNED', 'ACTIVE')"),
    ),
)

# As space_history.
contract_history = Table(
    "contract_history",
    metadata,
    Column("number", BigInteger, Identity(always=True), nullable=False),
    _uuid("contract_id", "contracts.id"),
    _uuid("owner_organization_id"),
    _text("status"),
    _day("end_date", nullable=True),
    _moment("valid_until", nullable=False),
    PrimaryKeyConstraint("contract_id", "valid_until", "number"),
)

# --- money ------------------------------------------------------------------------------------

payments = Table(
    "payments",
    metadata,
    _key(),
    _uuid("contract_id"),
    *_both_sides(),
    _uuid("payer_id", "users.id"),
    _text("charge", default="RENT"),
    _day("period_start"),
    _day("period_end", nullable=True),
    _money("amount"),
    _money("abatement", default="0"),
    _money("tax_amount", default="0"),
    _money("paid_amount", default="0"),
    _currency(),
    _day("due_date"),
    _day("paid_date", nullable=True),
    _text("status", default="SCHEDULED"),
    _number("installment_number", nullable=True),
    _number("total_installments", nullable=True),
    _line("payment_method", 50, nullable=True),
    _json("explanation"),
    *_traces(),
    # What credit notes took off, without and of the tax; what catch-ups have asked for the period since.
    _money("credited_amount", default="0"),
    _money("credited_tax", default="0"),
    _money("caught_up", default="0"),
    # How much interest was asked for it, and up to which day its late charges are reckoned.
    _money("interest_charged", default="0"),
    _day("late_until", nullable=True),
    _one_of("charge", "RENT", "DEPOSIT", "LATE_FEE", "INTEREST"),
    _one_of("status", "SCHEDULED", "DUE", "PAID", "OVERDUE", "CANCELLED"),
    # Only a correction can be below zero: it has no number.
    CheckConstraint(
        "(amount >= 0 AND abatement >= 0 AND paid_amount >= 0)"
        " OR (installment_number IS NULL AND charge IN ('RENT', 'INTEREST'))",
        name="amount",
    ),
    CheckConstraint("tax_amount >= 0 OR amount < 0", name="tax_amount"),
    CheckConstraint("credited_amount >= 0 AND credited_tax >= 0", name="credited_amount"),
    CheckConstraint("period_end >= period_start", name="period"),
    CheckConstraint("charge = 'RENT' OR installment_number IS NULL", name="installment"),
    CheckConstraint(
        "(installment_number IS NULL) = (total_installments IS NULL)"
        " AND installment_number > 0 AND installment_number <= total_installments",
        name="installment_number",
    ),
    _same_sides_as("contracts", "contract_id"),
    # A schedule written twice is the same schedule.
    UniqueConstraint("contract_id", "charge", "period_start", name="payments_one_per_period"),
    UniqueConstraint("id", "contract_id", name="payments_contract_key"),
    Index("payments_owner_page_idx", "owner_organization_id", "due_date", "id"),
    Index("payments_client_page_idx", "client_organization_id", "due_date", "id"),
    Index("payments_contract_page_idx", "contract_id", "due_date", "id"),
    Index("payments_due_idx", "due_date", "id"),
    Index("payments_status_due_idx", "status", "due_date", "id"),
    Index(
        "payments_late_idx",
        "due_date",
        "id",
        postgresql_where=text(
            "installment_number IS NOT NULL AND status = 'PAID' AND paid_date > due_date"
            " AND late_until IS DISTINCT FROM paid_date"
        ),
    ),
    Index(
        "payments_unsettled_idx",
        "owner_organization_id",
        "due_date",
        postgresql_where=text("status <> 'PAID'"),
    ),
    Index(
        "payments_deposits_idx",
        "owner_organization_id",
        "contract_id",
        postgresql_where=text("charge = 'DEPOSIT'"),
    ),
)

invoice_counters = Table(
    "invoice_counters",
    metadata,
    Column("organization_id", Uuid, ForeignKey("organizations.id", ondelete="RESTRICT"), primary_key=True),
    _number("last_number", default="0"),
)

invoices = Table(
    "invoices",
    metadata,
    _key(),
    _uuid("contract_id"),
    _uuid("payment_id"),
    *_both_sides(),
    _text("kind", default="INVOICE"),
    _number("number"),
    _uuid("credits_invoice_id", "invoices.id", nullable=True),
    _text("reason", nullable=True),
    _money("net_amount"),
    Column("tax_percent", PERCENT, nullable=False, server_default=text("0")),
    _money("tax_amount", default="0"),
    _money("total_amount"),
    _currency(),
    _day("issued_on"),
    _day("due_date"),
    _json("lines", nullable=False, default="[]"),
    _json("owner_party", nullable=False),
    _json("client_party", nullable=False),
    _now("created_at"),
    _uuid("created_by", "users.id", nullable=True),
    # What had been settled, by credit, when it was issued.
    _money("paid_amount", default="0"),
    _one_of("kind", "INVOICE", "CREDIT_NOTE"),
    CheckConstraint("number > 0", name="number"),
    CheckConstraint("total_amount = net_amount + tax_amount", name="total_amount"),
    CheckConstraint("(kind = 'CREDIT_NOTE') = (credits_invoice_id IS NOT NULL)", name="credits_invoice_id"),
    _same_sides_as("contracts", "contract_id"),
    ForeignKeyConstraint(["payment_id", "contract_id"], ["payments.id", "payments.contract_id"], ondelete="RESTRICT"),
    UniqueConstraint("owner_organization_id", "number", name="invoices_number_key"),
    Index(
        "invoices_one_per_payment",
        "payment_id",
        unique=True,
        postgresql_where=text("kind = 'INVOICE'"),
    ),
    Index("invoices_owner_idx", "owner_organization_id", "created_at", "id"),
    Index("invoices_client_idx", "client_organization_id", "created_at", "id"),
    Index(None, "contract_id"),
)

payment_transactions = Table(
    "payment_transactions",
    metadata,
    _key(),
    _uuid("payment_id"),
    _uuid("contract_id"),
    *_both_sides(),
    _text("kind", default="PAYMENT"),
    _money("amount"),
    _currency(),
    _day("paid_date"),
    _line("payment_method", 50, nullable=True),
    _line("transaction_reference", nullable=True),
    _uuid("reverses_id", "payment_transactions.id", nullable=True),
    _text("reason", nullable=True),
    _now("created_at"),
    _uuid("created_by", "users.id", nullable=True),
    # CREDIT is money beyond what was open, FREED what a credit note leaves of money; APPLIED is credit that settles.
    _one_of("kind", "PAYMENT", "REVERSAL", "CREDIT", "APPLIED", "FREED", "DEPOSIT_APPLIED", "DEPOSIT_RETURNED"),
    CheckConstraint("amount > 0", name="amount"),
    CheckConstraint("(kind = 'REVERSAL') = (reverses_id IS NOT NULL)", name="reverses_id"),
    _same_sides_as("contracts", "contract_id"),
    ForeignKeyConstraint(["payment_id", "contract_id"], ["payments.id", "payments.contract_id"], ondelete="RESTRICT"),
    Index("payment_transactions_one_reversal", "reverses_id", unique=True),
    Index(None, "payment_id", "created_at"),
    Index(None, "contract_id", "created_at"),
)

# What an owner's organization knows of an index; a correction is the next version of its day.
index_values = Table(
    "index_values",
    metadata,
    _key(),
    _uuid("organization_id", "organizations.id"),
    _line("name", 64),
    _day("day"),
    _number("version"),
    Column("value", Numeric(14, 6), nullable=False),
    _flag("final", default=True),
    _now("created_at"),
    _uuid("created_by", "users.id", nullable=True),
    CheckConstraint("version > 0", name="version"),
    CheckConstraint("value > 0", name="value"),
    UniqueConstraint("organization_id", "name", "day", "version", name="index_values_version_key"),
)

documents = Table(
    "documents",
    metadata,
    _key(),
    _text("kind"),
    _uuid("contract_id"),
    _uuid("payment_id", nullable=True),
    _uuid("invoice_id", "invoices.id", nullable=True),
    _uuid("transaction_id", "payment_transactions.id", nullable=True),
    *_both_sides(),
    _line("number", 64, nullable=True),
    _line("object_key", 500),
    _text("sha256"),
    _number("byte_size"),
    _now("created_at"),
    _uuid("created_by", "users.id", nullable=True),
    _one_of("kind", "LEASE", "INVOICE", "RECEIPT"),
    CheckConstraint("(kind = 'LEASE') = (payment_id IS NULL)", name="payment_id"),
    CheckConstraint("byte_size > 0", name="byte_size"),
    _sha256("sha256"),
    _same_sides_as("contracts", "contract_id"),
    ForeignKeyConstraint(["payment_id", "contract_id"], ["payments.id", "payments.contract_id"], ondelete="RESTRICT"),
    UniqueConstraint("object_key"),
    Index(None, "contract_id"),
    Index(None, "payment_id"),
    # Whoever holds a document may ask whether it is one of ours.
    Index(None, "sha256"),
)

signatures = Table(
    "signatures",
    metadata,
    _key(),
    _uuid("contract_id"),
    *_both_sides(),
    _text("side"),
    _uuid("user_id", "users.id"),
    _line("signature"),
    _flag("consent"),
    # A signed document cannot be deleted: this reference holds it.
    _uuid("document_id", "documents.id", nullable=True),
    _text("document_sha256"),
    Column("ip_address", INET),
    _text("user_agent", nullable=True),
    _text("provider", default="BUILT_IN"),
    _json("evidence"),
    _now("signed_at"),
    _one_of("side", "CLIENT", "OWNER", "ADMIN"),
    _one_of("provider", "BUILT_IN", "DOCUSIGN"),
    CheckConstraint("consent", name="consent"),
    _sha256("document_sha256"),
    _same_sides_as("contracts", "contract_id"),
    UniqueConstraint("contract_id", "side", name="signatures_one_per_side"),
)

# --- telling people ---------------------------------------------------------------------------

notifications = Table(
    "notifications",
    metadata,
    _key(),
    _uuid("user_id", "users.id"),
    _uuid("event_id", nullable=True),
    _line("type", 50),
    _line("title"),
    _text("message"),
    _json("metadata", nullable=False, default="{}"),
    _flag("is_read"),
    _moment("read_at"),
    _now("created_at"),
    UniqueConstraint("user_id", "event_id", "type", name="notifications_one_per_event"),
    Index("notifications_page_idx", "user_id", "id"),
    Index("notifications_unread_idx", "user_id", "id", postgresql_where=text("NOT is_read")),
)

connections = Table(
    "connections",
    metadata,
    Column("connection_id", Text, primary_key=True),
    _uuid("user_id", "users.id", nullable=True),
    _uuid("organization_id", "organizations.id", nullable=True),
    _uuid("session_id", "sessions.id", nullable=True),
    _text("role", nullable=True),
    _now("connected_at"),
    _moment("authenticated_at"),
    _moment("expires_at", nullable=False),
    Index(None, "user_id"),
    Index(None, "session_id"),
    Index(None, "expires_at"),
)

# --- bookkeeping of the platform --------------------------------------------------------------

audit_logs = Table(
    "audit_logs",
    metadata,
    _key(),
    _uuid("organization_id", "organizations.id", nullable=True),
    _uuid("user_id", "users.id", nullable=True),
    _uuid("on_behalf_of", "organizations.id", nullable=True),
    _line("operation", 100),
    _line("action", 100),
    _line("resource_type", 50),
    _uuid("resource_id", nullable=True),
    Column("ip_address", INET),
    _text("user_agent", nullable=True),
    _json("request_body"),
    _number("response_status", nullable=True),
    _json("before"),
    _json("after"),
    _line("correlation_id", 64, nullable=True),
    _now("created_at"),
    Index("audit_logs_organization_idx", "organization_id", "created_at", "id"),
    Index("audit_logs_user_idx", "user_id", "created_at", "id"),
    Index("audit_logs_resource_idx", "resource_type", "resource_id", "created_at"),
    Index("audit_logs_newest_idx", "created_at", "id"),
    Index("audit_logs_action_idx", "action", "created_at", "id"),
)

# Each seal's hash is over the one before and every entry between their moments.
audit_seals = Table(
    "audit_seals",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    _moment("sealed_until", nullable=False),
    Column("entries", BigInteger, nullable=False),
    _text("hash"),
    _now("created_at"),
    UniqueConstraint("sealed_until"),
    _sha256("hash"),
)

# What the platform's own people wrote about a user, for one another.
support_notes = Table(
    "support_notes",
    metadata,
    _key(),
    _uuid("user_id", "users.id"),
    _uuid("author_id", "users.id"),
    _text("text"),
    _now("created_at"),
    Index("support_notes_page_idx", "user_id", "id"),
)

outbox = Table(
    "outbox",
    metadata,
    _key(),
    Column("seq", BigInteger, Identity(always=True), nullable=False),
    _line("name", 100),
    _line("object_type", 50),
    _uuid("object_id", nullable=True),
    _json("payload", nullable=False, default="{}"),
    _line("correlation_id", 64, nullable=True),
    _uuid("actor", nullable=True),
    _uuid("organization_id", nullable=True),
    _now("occurred_at"),
    _moment("published_at"),
    Index("outbox_unpublished_idx", "seq", postgresql_where=text("published_at IS NULL")),
    Index(None, "object_id", "seq"),
)

inbox = Table(
    "inbox",
    metadata,
    Column("consumer", Text, nullable=False),
    Column("event_id", Uuid, nullable=False),
    _now("handled_at"),
    PrimaryKeyConstraint("consumer", "event_id"),
)

# What the day jobs have done: `day` is the building's day on which the work fell due.
work_items = Table(
    "work_items",
    metadata,
    Column("job", Text, nullable=False),
    _day("day"),
    _uuid("entity_id"),
    _now("done_at"),
    PrimaryKeyConstraint("entity_id", "job", "day"),
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("user_id", Uuid, ForeignKey("users.id", ondelete="RESTRICT"), nullable=False),
    Column("key", String(255), nullable=False),
    _line("operation", 100),
    _text("request_hash"),
    _number("status", nullable=True),
    _text("body", nullable=True),
    _json("headers"),
    _now("created_at"),
    PrimaryKeyConstraint("user_id", "key"),
    Index(None, "created_at"),
)

# The business clock: days are shifted on the local platform only (POST /_local/clock).
clock = Table(
    "clock",
    metadata,
    Column("id", Boolean, primary_key=True, server_default=text("true")),
    _number("offset_days", default="0"),
    CheckConstraint("id", name="one_row"),
    schema="app",
)
