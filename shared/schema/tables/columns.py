"""The one metadata, and the columns and checks that tables of several words have in common.

Conventions: keys are UUIDv7 made in Python; moments are `timestamptz`; days are `date` in the building's time zone;
money is `NUMERIC(12,2)`; states are text with a CHECK, because comparing enums is not leakproof and would cost an index
under row-level security. `owner_organization_id` and `client_organization_id` are repeated where row-level security
needs them, and composite foreign keys keep the copies equal to the original.
"""

from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    MetaData,
    Numeric,
    String,
    Text,
    Uuid,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

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

CONTRACT_TYPES = ("LEASE", "RENTAL", "SALE")


def key() -> Column[Any]:
    return Column("id", Uuid, primary_key=True)


def uuid(name: str, target: str | None = None, nullable: bool = False) -> Column[Any]:
    reference = [] if target is None else [ForeignKey(target, ondelete="RESTRICT")]
    return Column(name, Uuid, *reference, nullable=nullable)


def text(name: str, nullable: bool = False, default: str | None = None) -> Column[Any]:
    return Column(name, Text, nullable=nullable, server_default=default)


def line(name: str, length: int = 255, nullable: bool = False) -> Column[Any]:
    return Column(name, String(length), nullable=nullable)


def money(name: str, nullable: bool = False, default: str | None = None) -> Column[Any]:
    return Column(name, MONEY, nullable=nullable, server_default=default)


def moment(name: str, nullable: bool = True) -> Column[Any]:
    return Column(name, DateTime(timezone=True), nullable=nullable)


def now(name: str = "created_at") -> Column[Any]:
    return Column(name, DateTime(timezone=True), nullable=False, server_default=sql("now()"))


def day(name: str, nullable: bool = False) -> Column[Any]:
    return Column(name, Date, nullable=nullable)


def json(name: str, nullable: bool = True, default: str | None = None) -> Column[Any]:
    fallback = None if default is None else sql(f"'{default}'::jsonb")
    return Column(name, JSONB, nullable=nullable, server_default=fallback)


def flag(name: str, default: bool = False) -> Column[Any]:
    return Column(name, Boolean, nullable=False, server_default=sql("true" if default else "false"))


def number(name: str, nullable: bool = False, default: str | None = None) -> Column[Any]:
    return Column(name, Integer, nullable=nullable, server_default=None if default is None else sql(default))


def currency() -> Column[Any]:
    return Column("currency", String(3), nullable=False, server_default="USD")


def one_of(column: str, *values: str) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def sha256(column: str) -> CheckConstraint:
    return CheckConstraint(f"{column} ~ '^[0-9a-f]{{64}}$'", name=column)


def traces() -> list[Column[Any]]:
    """Who wrote the row and when (S0 §2)."""
    return [
        now("created_at"),
        now("updated_at"),
        uuid("created_by", "users.id", nullable=True),
        uuid("updated_by", "users.id", nullable=True),
    ]


def both_sides() -> list[Column[Any]]:
    return [uuid("owner_organization_id"), uuid("client_organization_id")]


def same_sides_as(table: str, column: str) -> ForeignKeyConstraint:
    """The two organizations of a row are those of its bid or contract, never others."""
    return ForeignKeyConstraint(
        [column, "owner_organization_id", "client_organization_id"],
        [f"{table}.id", f"{table}.owner_organization_id", f"{table}.client_organization_id"],
        ondelete="RESTRICT",
    )


def terms() -> list[Column[Any]]:
    """The core of an offer (docs/spec/lease-maths.md); its optional terms stand together in `terms`."""
    return [
        text("contract_type", default="LEASE"),
        day("start_date"),
        number("term_months", nullable=True),
        json("terms", nullable=False, default="{}"),
    ]


def term_checks() -> list[CheckConstraint]:
    return [
        one_of("contract_type", *CONTRACT_TYPES),
        CheckConstraint("term_months BETWEEN 1 AND 600", name="term_months"),
        CheckConstraint("(contract_type = 'SALE') OR (term_months IS NOT NULL)", name="term"),
    ]


def attachments() -> Column[Any]:
    """The ids of uploads, of any organization, in order: `file_uses` keeps them from being deleted."""
    return Column("file_ids", ARRAY(Uuid), nullable=False, server_default=sql("'{}'"))
