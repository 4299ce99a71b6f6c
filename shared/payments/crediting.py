"""A credit note for one invoice, its news, and where the credit that it leaves goes."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from uuid import UUID

from shared.kit.db import Row, Tx
from shared.kit.errors import NotFound
from shared.kit.request import Caller
from shared.payments import invoices, late, queries, rules, taxing
from shared.payments.credit import apply_credit
from shared.payments.models import Invoice, Payment
from shared.taxes.rules import share


def credit(tx: Tx, caller: Caller, invoice_id: UUID, amount: Decimal | None, reason: str) -> tuple[Invoice, Payment]:
    """The credit note of `amount`, tax included, or of all that is left of the caller's invoice; and its payment then.

    Raises NotFound, MoreThanInvoiced, Invalid on `amount`."""
    invoice = invoices.lock_invoice(tx, caller, invoice_id)
    if invoice is None:
        raise NotFound()
    part = rules.part_of(invoice, amount)
    off = invoices.Off(invoice["payment_id"], part.net, part.tax, share(invoice, part.net, part.tax))
    row, payment = invoices.insert_credit_note(tx, caller, off, reason)
    note = Invoice.of(row)
    tx.emit(
        "payment.credited",
        payment,
        credit_note_id=note.id,
        credit_note_number=note.number,
        credit_note_amount=note.total_amount,
    )
    if payment.paid_amount:
        for moved in apply_credit(tx, payment.contract_id, today=invoice["today"], besides=(payment.id,)):
            tx.emit("payment.credit_applied", moved)
            payment = moved if moved.id == payment.id else payment
    return note, payment


def correct_fees(tx: Tx, contract_id: UUID, payment_ids: Collection[UUID], today: date) -> None:
    """Late fees follow the truth: where money for these installments proves to have come in time, the fees that were
    charged are credited down to what they should have been."""
    offs = [invoices.Off(fee_id, amount, Decimal(0)) for fee_id, amount in late.too_high(tx, payment_ids)]
    if not offs:
        return
    _noted(tx, contract_id, offs, late.IN_TIME, today)


def correct_rents(tx: Tx, contract_id: UUID, offs: list[invoices.Off], reason: str, today: date) -> None:
    """One credit note takes what is too much off the contract's invoices (their payments locked)."""
    notes = invoices.insert_credit_notes(tx, taxing.with_parts(tx, offs), reason, as_one=True)
    taxing.follow_again(tx, contract_id)
    payment_ids = [off.payment_id for off in offs]
    for payment in queries.select_many(tx, payment_ids):
        if payment.id in notes:
            _emit(tx, payment, notes[payment.id])
        else:
            # The note is said once, with the first of its invoices.
            tx.emit("payment.indexed", payment)
    _apply(tx, contract_id, payment_ids, today)


def correct_interest(tx: Tx, fallen: late.Fallen) -> None:
    """The invoices of a contract's interest are credited that ask for too much."""
    offs = [invoices.Off(payment_id, part, Decimal(0)) for payment_id, part in fallen.offs]
    if offs:
        reason = "Interest recalculated: money came in earlier than was known."
        _noted(tx, fallen.contract_id, offs, reason, fallen.today)


def _noted(tx: Tx, contract_id: UUID, offs: list[invoices.Off], reason: str, today: date) -> None:
    """A credit note for each, its news, and where the credit goes that they leave."""
    notes = invoices.insert_credit_notes(tx, offs, reason)
    for payment in queries.select_many(tx, list(notes)):
        _emit(tx, payment, notes[payment.id])
    _apply(tx, contract_id, list(notes), today)


def _emit(tx: Tx, payment: Payment, note: Row) -> None:
    tx.emit(
        "payment.credited",
        payment,
        credit_note_id=note["id"],
        credit_note_number=note["number"],
        credit_note_amount=note["total_amount"],
    )


def _apply(tx: Tx, contract_id: UUID, payment_ids: list[UUID], today: date) -> None:
    for moved in apply_credit(tx, contract_id, today=today, besides=tuple(payment_ids)):
        tx.emit("payment.credit_applied", moved)
