"""Buildings and their floors."""

from sqlalchemy import CheckConstraint, Column, Computed, ForeignKeyConstraint, Index, Numeric, Table, UniqueConstraint
from sqlalchemy import text as sql

from shared.schema.tables.columns import AREA, TOTAL_AREA, json, key, line, metadata, moment, number, text, traces, uuid

buildings = Table(
    "buildings",
    metadata,
    key(),
    uuid("owner_organization_id", "organizations.id"),
    uuid("owner_id", "users.id"),
    line("name"),
    json("address", nullable=False),
    Column("latitude", Numeric(10, 8)),
    Column("longitude", Numeric(11, 8)),
    text("timezone", default="UTC"),
    text("category", default="COMMERCIAL"),
    line("external_id", nullable=True),
    number("total_floors"),
    json("amenities", nullable=False, default="[]"),
    # Counted by the trigger on spaces (app.count_spaces) and by nobody else.
    number("total_spaces", default="0"),
    number("listed_spaces", default="0"),
    number("available_spaces", default="0"),
    Column("leasable_sqft", TOTAL_AREA, nullable=False, server_default=sql("0")),
    Column("occupied_sqft", TOTAL_AREA, nullable=False, server_default=sql("0")),
    *traces(),
    moment("deleted_at"),
    # ISO 3166-1, of the address, whose `country` is as it was given.
    line("country_code", 2, nullable=True),
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
        postgresql_where=sql("deleted_at IS NULL"),
    ),
    Index(
        "buildings_page_idx",
        "owner_organization_id",
        sql("created_at DESC"),
        sql("id DESC"),
        postgresql_where=sql("deleted_at IS NULL"),
    ),
    Index(
        "buildings_newest_idx",
        sql("created_at DESC"),
        sql("id DESC"),
        postgresql_where=sql("deleted_at IS NULL"),
    ),
    Index(
        "buildings_place_idx",
        sql(
            "cube(ARRAY[6371008.8 * cosd(latitude::float8) * cosd(longitude::float8),"
            " 6371008.8 * cosd(latitude::float8) * sind(longitude::float8), 6371008.8 * sind(latitude::float8)])"
        ),
        postgresql_using="gist",
        postgresql_where=sql("deleted_at IS NULL AND latitude IS NOT NULL AND longitude IS NOT NULL"),
    ),
)

floors = Table(
    "floors",
    metadata,
    key(),
    uuid("building_id"),
    uuid("owner_organization_id"),
    number("floor_number"),
    Column("total_sqft", AREA),
    Column("common_area_sqft", AREA, nullable=False, server_default=sql("0")),
    Column("net_leasable_sqft", AREA, Computed("total_sqft - common_area_sqft", persisted=True)),
    json("amenities", nullable=False, default="[]"),
    line("floor_plan_url", 500, nullable=True),
    *traces(),
    moment("deleted_at"),
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
        postgresql_where=sql("deleted_at IS NULL"),
    ),
)
