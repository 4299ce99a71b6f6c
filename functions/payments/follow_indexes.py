"""Adjust rents to their indexes.

Runs hourly. Installments that have not been invoiced yet change. Issued invoices never do: where their rent rose, the
difference becomes a line of its own; where it fell, a credit note names the invoices and what is too much of each.
"""

from typing import Any
from uuid import UUID

from shared.contracts.queries import select_deal
from shared.kit.db import Row, Tx, transaction
from shared.kit.task import job
from shared.leasing.queries import lock_contract
from shared.payments import charges, crediting, following, indexes, queries, taxing
from shared.payments.credit import apply_credit

_BATCH = 50


@job("rate(1 hour)")
def follow_indexes(event: dict[str, Any]) -> bool:
    with transaction() as tx:
        found = indexes.select_behind(tx, _BATCH)
        for contract_id in found:
            if behind := indexes.lock_behind(tx, contract_id):
                _follow(tx, behind)
    return len(found) == _BATCH


def _follow(tx: Tx, behind: Row) -> None:
    contract_id: UUID = behind["id"]
    deal = select_deal(tx, contract_id)
    values, rows = indexes.select_known(tx, contract_id), indexes.lock_schedule(tx, contract_id)
    followed = following.follow(deal, values, rows, today=behind["today"])
    for payment_id, line in followed.changed.items():
        indexes.update_line(tx, payment_id, line)
    if followed.changed:
        taxing.retax(tx, [contract_id])
    if followed.catch_up:
        charges.add(tx, [followed.catch_up])
    if followed.caught_up:
        indexes.update_caught_up(tx, followed.caught_up, {off.payment_id: off.net for off in followed.off})
    if followed.off:
        name = deal["escalation"]["index"]["name"]
        crediting.correct_rents(tx, contract_id, followed.off, f"Adjustment to the index {name}.", behind["today"])
    if followed.changed:
        # What credit had settled ahead owes another amount now.
        for payment in apply_credit(tx, contract_id, today=behind["today"], besides=tuple(followed.changed)):
            if payment.id not in followed.changed:
                tx.emit("payment.credit_applied", payment)
    indexes.update_followed(tx, contract_id, behind["index_value_id"])
    for payment in queries.select_many(tx, list(followed.changed)) if followed.changed else ():
        tx.emit("payment.indexed", payment)
    if followed.changed or followed.caught_up:
        tx.emit("contract.indexed", lock_contract(tx, contract_id))
