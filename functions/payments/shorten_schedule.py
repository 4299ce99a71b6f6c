"""Shorten a terminated lease's schedule.

When a lease is to end early, later installments are cancelled, the partial month is credited, and what was already
paid becomes credit. The platform does this, because either side may terminate a lease but only the owner's
organization records its payments.
"""

from shared.contracts.queries import select_struck_deal
from shared.kit.consumer import Event, consumer
from shared.kit.db import Tx
from shared.maths.months import DAY
from shared.payments import credit, indexes, invoices, queries
from shared.payments.ending import shorten
from shared.terms.deal import earlier_line, terms_of


@consumer("contract.termination_set")
def shorten_schedule(event: Event, tx: Tx) -> None:
    assert event.object_id is not None  # noqa: S101 (contracts have ids)
    deal = select_struck_deal(tx, event.object_id)
    values, rows = indexes.select_known(tx, event.object_id), indexes.lock_schedule(tx, event.object_id)
    found = shorten(terms_of(deal), values, rows, last_day=deal["terminates_on"] - DAY, after=earlier_line(deal))
    queries.update_cancelled(tx, found.cancelled)
    notes = invoices.insert_credit_notes(tx, found.off, deal["termination_reason"]) if found.off else {}
    changed = [*found.cancelled, *(off.payment_id for off in found.off)]
    for payment in queries.select_many(tx, changed) if changed else ():
        if note := notes.get(payment.id):
            tx.emit(
                "payment.credited",
                payment,
                credit_note_id=note["id"],
                credit_note_number=note["number"],
                credit_note_amount=note["total_amount"],
            )
        else:
            tx.emit("payment.cancelled" if payment.status == "CANCELLED" else "payment.shortened", payment)
    for payment in credit.apply_credit(
        tx, deal["id"], today=deal["today"], besides=tuple(off.payment_id for off in found.off)
    ):
        tx.emit("payment.credit_applied", payment)
