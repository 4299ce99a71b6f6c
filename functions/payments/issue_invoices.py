"""Issue invoices.

Runs hourly. Each payment is invoiced ten days before it is due (setting INVOICE_DAYS).
"""

from typing import Any

from shared.kit.db import transaction
from shared.kit.settings import setting
from shared.kit.task import job
from shared.kit.work import BATCH, claim
from shared.payments import days, queries


@job("rate(1 hour)")
def issue_invoices(event: dict[str, Any]) -> bool:
    with transaction() as tx:
        found = days.lock_uninvoiced(tx, int(setting("INVOICE_DAYS", "10")), BATCH)
        claimed = claim(tx, "issue_invoice", {row["id"]: row["day"] for row in found})
        invoices = queries.insert_invoices(tx, claimed) if claimed else {}
        for payment in queries.select_many(tx, list(invoices)) if invoices else ():
            invoice = invoices[payment.id]
            tx.emit("payment.invoiced", payment, invoice_id=invoice["id"], invoice_number=invoice["number"])
    return len(claimed) == BATCH
