"""Where the rows of each kind come from: a statement, or what a report calculates; and the model of its rows."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from shared.admin.models import AuditEntry
from shared.bids.models import Bid
from shared.contracts.models import ContractSummary
from shared.exports import columns, statements
from shared.exports.access import acting_of
from shared.exports.columns import Column, columns_of
from shared.exports.kinds import ExportKind
from shared.kit.db import Row
from shared.kit.fields import Day, View
from shared.kit.request import Caller
from shared.kit.settings import setting
from shared.kit.snapshot import Snapshot
from shared.maintenance.models import Ticket
from shared.organizations.sides import Sides, creditor_sides, sides_of
from shared.payments.models import Invoice, LedgerEntry, PaymentStatus
from shared.reports.models import RentRollRow
from shared.reports.whole import whole_rent_roll
from shared.spaces.models import OwnSpace


class ExportedPayment(View):
    """A payment as S0 §10.2 prints it."""

    contract_id: UUID
    payment_id: UUID
    amount: Decimal
    currency: str
    due_date: Day
    paid_date: Day | None
    status: PaymentStatus


class ExportedLedgerEntry(LedgerEntry):
    """A line of one of many ledgers."""

    contract_id: UUID


class ExportedJournalLine(View):
    """A line of double entry, for another system's books: the debits and credits of a document are equal."""

    date: Day
    account: str
    debit: Decimal
    credit: Decimal
    currency: str
    document: str
    """The number of the invoice or credit note, or the id of the money's entry."""
    contract_id: UUID
    building: str
    tenant: str


@dataclass(frozen=True)
class Source:
    """Objects of `model`, which PostgreSQL makes itself; where it cannot, `shape` or `calculate` do."""

    model: type[View]
    statement: str | None = None
    sides: Callable[[Caller], Sides] = sides_of
    shape: Callable[[Row], View] | None = None
    calculate: Callable[[Snapshot, Row], Iterator[Row]] | None = None

    @property
    def is_made_by_sql(self) -> bool:
        """Whether its rows need no work of ours."""
        return self.statement is not None and self.shape is None

    @property
    def columns(self) -> tuple[Column, ...]:
        """Those of a sheet."""
        return columns_of(self.model)

    def values(self, order: Row) -> dict[str, Any]:
        """What its statement takes."""
        asked = {name: order[name] for name in ("begins", "ends", "building_id", "organization_id")}
        return {**self.sides(acting_of(order)), **asked, **columns.VALUES, "public_url": setting("PUBLIC_URL")}

    def objects(self, tx: Snapshot, order: Row) -> Iterator[Row]:
        """Its rows, one after the other."""
        if self.calculate:
            yield from self.calculate(tx, order)
        elif self.statement:
            names = [name for name, _ in tx.columns(self.statement, self.values(order))]
            for values in tx.rows(self.statement, self.values(order)):
                row = dict(zip(names, values, strict=True))
                yield self.shape(row).__dict__ if self.shape else row

    def sheet(self, tx: Snapshot, order: Row) -> Iterator[tuple[Any, ...]]:
        """Its rows as those of a sheet."""
        if self.is_made_by_sql and self.statement:
            yield from tx.rows(columns.values(self.statement, self.columns), self.values(order))
        else:
            listed = self.columns
            yield from (columns.flat(row, listed) for row in self.objects(tx, order))


def _rent_roll(tx: Snapshot, order: Row) -> Iterator[Row]:
    table = whole_rent_roll(tx, acting_of(order), order["building_id"], order["ends"])["data"]
    return (dict(zip(table.names, row, strict=True)) for row in table.rows)


SOURCES: dict[ExportKind, Source] = {
    ExportKind.PAYMENTS: Source(ExportedPayment, statements.PAYMENTS),
    ExportKind.INVOICES: Source(Invoice, statements.INVOICES),
    ExportKind.LEDGER: Source(ExportedLedgerEntry, statements.LEDGER),
    # Only what is owed to an organization is in its books.
    ExportKind.JOURNAL: Source(ExportedJournalLine, statements.JOURNAL, sides=creditor_sides),
    ExportKind.CONTRACTS: Source(ContractSummary, statements.CONTRACTS),
    ExportKind.SPACES: Source(OwnSpace, statements.SPACES),
    ExportKind.BIDS: Source(Bid, statements.BIDS, shape=Bid.of),
    ExportKind.RENT_ROLL: Source(RentRollRow, calculate=_rent_roll),
    ExportKind.TICKETS: Source(Ticket, statements.TICKETS),
    ExportKind.AUDIT: Source(AuditEntry, statements.AUDIT),
}
