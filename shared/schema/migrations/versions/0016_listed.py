"""What search finds: the spaces that stood before its triggers, and then its indexes, which are faster made than kept.

Each statement is a transaction of its own, holds up nobody, and may be run again.
"""

from collections.abc import Sequence
from pathlib import Path

from alembic import op

from shared.schema.migrate import unhurried

revision: str = "0016"
down_revision: str | None = "0015"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

SQL = Path(__file__).parents[1] / "sql"

INDEXES = {
    # Without a list of what is still to be sorted in, which every search would read through.
    "listings_tags_idx": "listings USING gin (tags, (number >> 15)) WITH (fastupdate = off) WHERE is_leasable",
    "listings_newest_idx": "listings (created_at DESC, id DESC) WHERE is_leasable",
    "listings_cheapest_idx": "listings (coalesce(price_minor, 9223372036854775807), id) WHERE is_leasable",
    "listings_dearest_idx": "listings (coalesce(price_minor, -1) DESC, id DESC) WHERE is_leasable",
    "listings_price_idx": "listings (price_minor) WHERE is_leasable",
    "listings_sqft_idx": "listings (gross_sqft_hundredths, id) WHERE is_leasable",
    "listings_building_idx": "listings (building_id, id) WHERE is_leasable",
    "listings_unlisted_idx": "listings (owner_organization_id, created_at DESC, id DESC) WHERE NOT is_leasable",
    "search_words_keys_idx": "search_words USING gin (keys) WITH (fastupdate = off)",
    # As app.place_of says it.
    "buildings_place_idx": "buildings USING gist (cube(ARRAY["
    "6371008.8 * cosd(latitude::float8) * cosd(longitude::float8),"
    " 6371008.8 * cosd(latitude::float8) * sind(longitude::float8), 6371008.8 * sind(latitude::float8)]))"
    " WHERE deleted_at IS NULL AND latitude IS NOT NULL AND longitude IS NOT NULL",
}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute((SQL / "0016_listed.sql").read_text(encoding="utf-8"))
    with unhurried():
        for name, what in INDEXES.items():
            # One that was interrupted stays, invalid.
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            op.execute(f"CREATE INDEX CONCURRENTLY {name} ON {what}")
        op.execute("ANALYZE listings, search_words, buildings")


def downgrade() -> None:
    for name in INDEXES:
        op.execute(f"DROP INDEX {name}")
