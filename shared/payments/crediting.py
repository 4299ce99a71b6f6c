"""A credit note for one invoice, its news, and where the credit that it leaves goes."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from uuid import UUID

from shared.kit.db import Tx
from shared.kit.errors import NotFound
from shared.kit.request import Caller
from shared.payments import invoices, late, queries, rules
from shared.payments.credit import apply_credit
from shared.payments.models import Invoice, Payment


def credit(tx: Tx, caller: Caller, invoice_id: UUID, amount: Decimal | None, reason: str) -> tuple[Invoice, Payment]:
    """The credit note of `amount`, tax included, or of all that is left of the caller's invoice; and its payment then.

    Raises NotFound, MoreThanInvoiced, Invalid on `amount`."""
    invoice = invoices.lock_invoice(tx, caller, invoice_id)
    if invoice is None:
        raise NotFound()
    part = rules.part_of(invoice, amount)
    off = invoices.Off(invoice["payment_id"], part.net, part.tax)
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
    notes = invoices.insert_credit_notes(tx, offs, "Money for the installment came in time.")
    for payment in queries.select_many(tx, list(notes)):
        note = notes[payment.id]
        tx.emit(
            "payment.credited",
            payment,
            credit_note_id=note["id"],
            credit_note_number=note["number"],
            credit_note_amount=note["total_amount"],
        )
    for moved in apply_credit(tx, contract_id, today=today, besides=tuple(notes)):
        tx.emit("payment.credit_applied", moved)
