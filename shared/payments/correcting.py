"""The documents that correct the tax of invoices, and their news."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from shared.kit.db import Tx
from shared.kit.ids import new_id
from shared.payments import invoices, queries, taxing
from shared.payments.credit import apply_credit

REASON = "A tax rate was entered after the invoice had been issued."


def correct_taxes(tx: Tx, contract_id: UUID, changed: Sequence[UUID], today: date) -> None:
    """Credit what the contract's invoices charged too much, and invoice what they charged too little. Settles what
    changed, and the payments in `changed`, with the contract's credit."""
    offs, cited, parts = taxing.corrections(tx, contract_id)
    notes = invoices.insert_credit_notes(tx, offs, REASON) if offs else {}
    for payment in queries.select_many(tx, list(notes)) if notes else ():
        note = notes[payment.id]
        tx.emit(
            "payment.credited",
            payment,
            credit_note_id=note["id"],
            credit_note_number=note["number"],
            credit_note_amount=note["total_amount"],
        )
    if cited:
        line_id = new_id()
        queries.insert_line(tx, _line(line_id, contract_id, today))
        taxing.update_taxes(tx, line_id, parts)
        [invoice] = queries.insert_invoices(tx, [line_id], cited).values()
        [payment] = queries.select_many(tx, [line_id])
        tx.emit("payment.invoiced", payment, invoice_id=invoice["id"], invoice_number=invoice["number"])
    if offs or cited or changed:
        besides = (*changed, *(off.payment_id for off in offs))
        for payment in apply_credit(tx, contract_id, today=today, besides=besides):
            if payment.id not in changed:
                tx.emit("payment.credit_applied", payment)


def _line(line_id: UUID, contract_id: UUID, today: date) -> dict[str, object]:
    """A line of nothing but tax, due at once."""
    return {
        "id": line_id,
        "contract_id": contract_id,
        "charge": "RENT",
        "period_start": today,
        "period_end": None,
        "amount": Decimal(0),
        "abatement": Decimal(0),
        "due_date": today,
        "installment_number": None,
        "total_installments": None,
        "explanation": [],
    }
