"""Adjust taxes to their codes.

Runs hourly. Installments that have not been invoiced yet are taxed by the new rates. For those that have, the
difference becomes a document of its own that names the invoice: a credit note, or an invoice for what is missing.
"""

from typing import Any

from shared.kit.db import Row, Tx, transaction
from shared.kit.task import job
from shared.payments import correcting, queries, taxing

_BATCH = 50


@job("rate(1 hour)")
def follow_tax_codes(event: dict[str, Any]) -> bool:
    with transaction() as tx:
        found = taxing.select_behind(tx, _BATCH)
        for contract_id in found:
            if behind := taxing.lock_behind(tx, contract_id):
                _follow(tx, behind)
    return len(found) == _BATCH


def _follow(tx: Tx, behind: Row) -> None:
    changed = taxing.retax(tx, [behind["id"]])
    correcting.correct_taxes(tx, behind["id"], changed, behind["today"])
    taxing.update_followed(tx, behind["id"], behind["versions"])
    for payment in queries.select_many(tx, changed) if changed else ():
        tx.emit("payment.taxed", payment)
