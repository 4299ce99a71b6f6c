"""What spaces are searched by, and the searches that people keep."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Double,
    ForeignKey,
    Identity,
    Index,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY

from shared.schema.tables.columns import flag, json, key, line, metadata, moment, uuid

# What a live space is searched by, and the words of all of them: the triggers that call app.list_spaces keep both,
# nobody else reads or writes them.
listings = Table(
    "listings",
    metadata,
    key(),
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
        sql("(number >> 15)"),
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
        postgresql_where=sql("is_leasable"),
    ),
    Index("listings_newest_idx", sql("created_at DESC"), sql("id DESC"), postgresql_where=sql("is_leasable")),
    Index(
        "listings_cheapest_idx",
        sql("coalesce(price_minor, 9223372036854775807)"),
        "id",
        postgresql_where=sql("is_leasable"),
    ),
    Index(
        "listings_dearest_idx",
        sql("coalesce(price_minor, -1) DESC"),
        sql("id DESC"),
        postgresql_where=sql("is_leasable"),
    ),
    Index("listings_price_idx", "price_minor", postgresql_where=sql("is_leasable")),
    Index("listings_sqft_idx", "gross_sqft_hundredths", "id", postgresql_where=sql("is_leasable")),
    Index("listings_building_idx", "building_id", "id", postgresql_where=sql("is_leasable")),
    Index(
        "listings_unlisted_idx",
        "owner_organization_id",
        sql("created_at DESC"),
        sql("id DESC"),
        postgresql_where=sql("NOT is_leasable"),
    ),
)

search_words = Table(
    "search_words",
    metadata,
    Column("word", Text(collation="C"), primary_key=True),
    Column("keys", ARRAY(BigInteger), nullable=False),
    Index("search_words_keys_idx", "keys", postgresql_using="gin", postgresql_with={"fastupdate": "off"}),
)

saved_searches = Table(
    "saved_searches",
    metadata,
    key(),
    uuid("user_id", "users.id"),
    line("name"),
    json("criteria", nullable=False),
    json("wanted", nullable=False),
    # A tag that whatever fits must have, or 0.
    Column("anchor", BigInteger, nullable=False),
    # When its owner was last mailed of what it has found.
    moment("mailed_at"),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=sql("now()")),
    Index("saved_searches_page_idx", "user_id", "id"),
    Index("saved_searches_anchor_idx", "anchor"),
)

saved_search_matches = Table(
    "saved_search_matches",
    metadata,
    Column("saved_search_id", Uuid, ForeignKey("saved_searches.id", ondelete="CASCADE"), nullable=False),
    uuid("space_id", "spaces.id"),
    # What was found before there were e-mails is not mailed.
    flag("is_mailed", default=True),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=sql("now()")),
    PrimaryKeyConstraint("saved_search_id", "space_id"),
)
