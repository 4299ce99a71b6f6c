"""Check that the books tie out.

Runs nightly. Recalculates every contract's account from its documents and transactions and compares the results: the
ledger, what is open, the credit and what was prepaid. What does not tie is logged and raises an alarm.
"""

from typing import Any

from shared.kit import metrics
from shared.kit.db import reading
from shared.kit.log import logger
from shared.kit.settings import setting
from shared.kit.task import job
from shared.payments import books


@job("cron(40 3 * * ? *)", emits=False, timeout=900, memory=1024)
def check_books(event: dict[str, Any]) -> None:
    with reading(None) as tx:
        found = books.select_broken(tx, int(setting("INVOICE_DAYS", "10")))
    metrics.count("BooksBroken", sum(len(rows) for rows in found.values()))
    for promise, rows in found.items():
        logger.error("books do not tie", promise=promise, ids=[str(row["id"]) for row in rows])
