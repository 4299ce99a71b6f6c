"""The columns of the files that people import: their names, which of them a file must have, and what stands in them.

The exports' buildings.csv and leases.csv have the same columns, so that what was exported can be imported.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """What the rows of a file are: spaces with their buildings, or the leases that run today."""

    BUILDINGS = "BUILDINGS"
    LEASES = "LEASES"


class Column(NamedTuple):
    """A column: what stands in it, in words and as an example."""

    name: str
    note: str
    example: str
    is_required: bool = False


COLUMNS: Mapping[Kind, tuple[Column, ...]] = {
    Kind.BUILDINGS: (
        Column("building_external_id", "Your own id of the building. Known: it is updated.", "B-001", True),
        Column("building_name", "1 to 255 characters.", "Harbor Tower", True),
        Column("street", "Up to 255 characters.", "12 Harbor Street"),
        Column("city", "Up to 255 characters.", "Boston"),
        Column("state", "Up to 255 characters.", "MA"),
        Column("country", "A name, or a code of two or three letters.", "USA", True),
        Column("postal_code", "Up to 20 characters.", "02110"),
        Column("latitude", "Degrees, -90 to 90.", "42.3601"),
        Column("longitude", "Degrees, -180 to 180.", "-71.0589"),
        Column("timezone", "A name such as America/New_York. Empty: that of the coordinates.", "America/New_York"),
        Column("total_floors", "1 to 300. Of several rows of a building, the last one counts.", "12", True),
        Column("floor_number", "1 to the number of floors.", "3", True),
        Column("space_external_id", "Your own id of the space. Known: it is updated.", "B-001-0301", True),
        Column("space_name", "1 to 255 characters.", "Suite 301", True),
        Column("gross_sqft", "Square feet, at most two decimals.", "2500", True),
        Column("usable_sqft", "Square feet, at most two decimals, not more than gross_sqft.", "2100.50", True),
        Column("usage_type", "OFFICE, CANTEEN, RESTROOM, STORAGE, CORRIDOR, JANITOR or OTHER.", "OFFICE", True),
        Column("is_leasable", "yes or no. Empty: yes.", "yes"),
        Column("base_price_monthly", "The asking rent a month, without a currency sign.", "7800.00"),
        Column("currency", "Three letters of ISO 4217.", "USD", True),
        Column("amenities", "Words between semicolons.", "Elevator;Parking"),
    ),
    Kind.LEASES: (
        Column("space_external_id", "The space, by your own id.", "B-001-0301", True),
        Column("tenant_name", "The tenant's organization, 1 to 255 characters.", "Acme Trading LLC", True),
        Column("tenant_email", "Where the tenant is written to, and invited.", "lease@acme.example", True),
        Column("contract_external_id", "Your own id of the lease. Known: the row must say the same.", "L-2044", True),
        Column("contract_type", "LEASE or RENTAL. Empty: LEASE.", "LEASE"),
        Column("start_date", "YYYY-MM-DD, or a date of the spreadsheet.", "2026-01-01", True),
        Column("end_date", "The last day. This or term_months; if both, they must agree.", "2028-12-31"),
        Column("term_months", "1 to 600.", "36"),
        Column("base_rent_monthly", "The first month's rent, before free months.", "7800.00", True),
        Column("currency", "Three letters of ISO 4217.", "USD", True),
        Column("billing_frequency", "MONTHLY, QUARTERLY or ANNUAL. Empty: MONTHLY.", "MONTHLY"),
        Column("deposit", "The deposit that you hold.", "15600.00"),
        Column(
            "escalation_kind",
            "NONE, COMPOUND, SIMPLE or STEP, which also says what an index or an amount came to.",
            "COMPOUND",
        ),
        Column("escalation_percent", "A year, for COMPOUND and SIMPLE: 3 is 3 %.", "3"),
        Column("rent_steps", "For STEP: lease months and rents, such as 13:1100;25:1200.", ""),
        Column("free_months", "Lease months without rent, between semicolons.", "1;2"),
        Column("paid_through", "The last day of the last period that is paid. Empty: nothing is paid.", "2026-06-30"),
        Column("open_balance", "What is owed besides, due on the day of import; negative is credit.", "250.00"),
        Column("invite", "yes or no. Empty: no.", "no"),
    ),
}


NOTES = ("Required.", "Optional.")
"""How each note of a template begins."""


def names_of(kind: Kind) -> tuple[str, ...]:
    """The names of the kind's columns, in the order of its template."""
    return tuple(column.name for column in COLUMNS[kind])


def required_of(kind: Kind) -> tuple[str, ...]:
    """The names of the columns that a file of the kind must have."""
    return tuple(column.name for column in COLUMNS[kind] if column.is_required)


def note_of(column: Column) -> str:
    """What a template says of the column."""
    required, optional = NOTES
    return f"{required if column.is_required else optional} {column.note}"
