"""Spaces, which are what is leased, and what they were before they changed."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    PrimaryKeyConstraint,
    String,
    Table,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy import text as sql

from shared.schema.tables.columns import (
    AREA,
    currency,
    flag,
    json,
    key,
    line,
    metadata,
    moment,
    money,
    one_of,
    text,
    traces,
    uuid,
)

USAGE_TYPES = ("OFFICE", "CANTEEN", "RESTROOM", "STORAGE", "CORRIDOR", "JANITOR", "OTHER")
_LISTED = sql("is_leasable AND deleted_at IS NULL")

spaces = Table(
    "spaces",
    metadata,
    key(),
    uuid("floor_id"),
    uuid("building_id"),
    uuid("owner_organization_id"),
    line("name"),
    Column("gross_sqft", AREA, nullable=False),
    Column("usable_sqft", AREA, nullable=False),
    text("usage_type"),
    flag("is_leasable", default=True),
    money("base_price_monthly", nullable=True),
    currency(),
    text("availability_status", default="AVAILABLE"),
    # Deferred, because a hold and the contract that is its reason are written in one transaction
    # and either may come first.
    Column(
        "held_by_contract_id",
        Uuid,
        ForeignKey("contracts.id", ondelete="RESTRICT", deferrable=True, initially="DEFERRED", use_alter=True),
    ),
    line("external_id", nullable=True),
    json("amenities", nullable=False, default="[]"),
    json("images", nullable=False, default="[]"),
    # Filters and sorts use these: comparing bigint is leakproof, comparing numeric is not.
    Column("price_minor", BigInteger, Computed("(base_price_monthly * 100::numeric)::bigint", persisted=True)),
    Column("gross_sqft_hundredths", BigInteger, Computed("(gross_sqft * 100::numeric)::bigint", persisted=True)),
    *traces(),
    moment("deleted_at"),
    one_of("usage_type", *USAGE_TYPES),
    one_of("availability_status", "AVAILABLE", "OCCUPIED", "MAINTENANCE", "RESERVED"),
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
        postgresql_where=sql("deleted_at IS NULL"),
    ),
    Index("spaces_price_idx", "price_minor", "id", postgresql_where=_LISTED),
    Index(
        "spaces_price_desc_idx",
        sql("price_minor DESC NULLS LAST"),
        sql("id DESC"),
        postgresql_where=_LISTED,
    ),
    Index("spaces_sqft_idx", "gross_sqft_hundredths", "id", postgresql_where=_LISTED),
    Index("spaces_newest_idx", sql("created_at DESC"), sql("id DESC"), postgresql_where=_LISTED),
    Index(
        "spaces_own_page_idx",
        "owner_organization_id",
        sql("created_at DESC"),
        sql("id DESC"),
        postgresql_where=sql("deleted_at IS NULL"),
    ),
    Index(None, "building_id"),
    Index(None, "floor_id"),
    Index(
        "spaces_held_by_contract_id_idx",
        "held_by_contract_id",
        postgresql_where=sql("held_by_contract_id IS NOT NULL"),
    ),
)

# What a space was until it changed, in business time: reports as of a day that is past read it. A trigger keeps it.
space_history = Table(
    "space_history",
    metadata,
    Column("number", BigInteger, Identity(always=True), nullable=False),
    uuid("space_id", "spaces.id"),
    uuid("owner_organization_id"),
    line("name"),
    Column("gross_sqft", AREA, nullable=False),
    Column("is_leasable", Boolean, nullable=False),
    money("base_price_monthly", nullable=True),
    Column("currency", String(3), nullable=False),
    text("availability_status"),
    Column("is_deleted", Boolean, nullable=False),
    moment("valid_until", nullable=False),
    PrimaryKeyConstraint("space_id", "valid_until", "number"),
)
