"""Shorten a terminated lease's schedule.

When a lease is to end early, later installments are cancelled, the partial month is credited, and what was already
paid becomes credit, which settles what is open. What is left stays, is to be refunded, or settles what is open on other
contracts of the same sides, as was chosen. The platform does this, because either side may terminate a lease but only
the owner's organization records its payments.
"""

from shared.contracts.queries import select_deal
from shared.kit.consumer import Event, consumer
from shared.kit.db import Tx
from shared.payments import account, credit, invoices, queries, taxing, termination
from shared.payments.moves import RefundDue


@consumer("contract.termination_set")
def shorten_schedule(event: Event, tx: Tx) -> None:
    assert event.object_id is not None  # noqa: S101 (contracts have ids)
    deal = select_deal(tx, event.object_id)
    found, ending = termination.lock_planned(tx, deal)
    queries.update_cancelled(tx, ending.cancelled)
    notes = {}
    if ending.off:
        first_day = deal["terminates_on"]
        notes = invoices.insert_credit_notes(tx, ending.off, deal["termination_reason"], first_day=first_day)
    termination.update_total(tx, deal["id"])
    taxing.retax(tx, [deal["id"]])
    taxing.follow_again(tx, deal["id"])
    credited = [off.payment_id for off in ending.off]
    changed = [*ending.cancelled, *credited]
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
    for payment in credit.write(tx, ending.moves, found.applied, today=deal["today"], besides=credited):
        tx.emit("payment.credit_applied", payment)
    for offset in ending.offsets:
        moved = account.insert_transfer(tx, deal["id"], offset.contract_id, offset.amount)
        settled = credit.apply_credit(tx, offset.contract_id, today=offset.today)
        tx.emit("transfer.made", moved.answer())
        for payment in settled:
            tx.emit("payment.credit_applied", payment)
    if deal["end_credit"] == "REFUND_DUE" and ending.credit > 0:
        tx.emit("contract.refund_due", RefundDue.of(termination.refund_due(deal, ending)))
