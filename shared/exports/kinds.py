"""What may be exported, in one table: who may have it, and which of a request's limits it takes.

A further kind is a row here, and one in shared/exports/sources.py, which says where its rows come from.
"""

from enum import StrEnum
from typing import Literal, NamedTuple

from shared.kit.catalog import Role

ExportFormat = Literal["CSV", "JSON", "JSONL", "XLSX"]


class ExportKind(StrEnum):
    """What an export contains."""

    PAYMENTS = "PAYMENTS"
    INVOICES = "INVOICES"
    LEDGER = "LEDGER"
    JOURNAL = "JOURNAL"
    CONTRACTS = "CONTRACTS"
    SPACES = "SPACES"
    BIDS = "BIDS"
    RENT_ROLL = "RENT_ROLL"
    TICKETS = "TICKETS"
    AUDIT = "AUDIT"
    ALL = "ALL"


class Row(NamedTuple):
    roles: frozenset[Role]
    takes_building: bool = True
    formats: tuple[ExportFormat, ...] = ("CSV", "JSON", "JSONL", "XLSX")


# An administrator may everything, of the organization that they name.
_OWNERS = frozenset({Role.OWNER, Role.SUPER_ADMIN})
_BOOKS = _OWNERS | {Role.FINANCIAL_OFFICER}
_CLIENTS = frozenset({Role.CLIENT, Role.BROKER})

KINDS: dict[ExportKind, Row] = {
    ExportKind.PAYMENTS: Row(_BOOKS | _CLIENTS),
    ExportKind.INVOICES: Row(_BOOKS | _CLIENTS),
    ExportKind.LEDGER: Row(_BOOKS),
    ExportKind.JOURNAL: Row(_BOOKS),
    ExportKind.CONTRACTS: Row(_OWNERS | _CLIENTS),
    ExportKind.SPACES: Row(_OWNERS),
    ExportKind.BIDS: Row(_OWNERS),
    ExportKind.RENT_ROLL: Row(_BOOKS),
    ExportKind.TICKETS: Row(_OWNERS),
    ExportKind.AUDIT: Row(_OWNERS, takes_building=False),
    # A zip of everything.
    ExportKind.ALL: Row(_OWNERS, takes_building=False, formats=("JSONL",)),
}

ENDINGS: dict[ExportFormat, str] = {"CSV": "csv", "JSON": "json", "JSONL": "jsonl", "XLSX": "xlsx"}
CONTENT_TYPES: dict[str, str] = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "jsonl": "application/jsonl",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": "application/zip",
}


def kinds_of(role: Role) -> frozenset[ExportKind]:
    """The kinds that the role may export."""
    return frozenset(kind for kind, row in KINDS.items() if role in row.roles)


def ending_of(kind: str, form: ExportFormat) -> str:
    """How the name of an export's file ends."""
    return "zip" if kind == ExportKind.ALL else ENDINGS[form]
