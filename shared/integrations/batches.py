"""The next documents of a connection: found in the books, marked as being on their way, and handed to the worker."""

from typing import Any

from shared.integrations import documents, messages, queries, rules
from shared.kit.db import Row, Tx
from shared.kit.ids import new_id


def send_next(tx: Tx, connection: Row, correlation_id: str) -> None:
    """Hand the worker what may go now, if nothing is on its way. The connection is locked."""
    if not _may_send(tx, connection):
        return
    documents.insert_new(tx, connection["id"])
    ready: list[Row] = []
    while not ready:
        rows = documents.select_next(tx, connection["id"], rules.BATCH)
        if not rows:
            return
        ready = [row for row in rows if not _refused(tx, connection, row)]
    batch_id = new_id()
    documents.update_sending(tx, connection["id"], batch_id, [row["id"] for row in ready])
    asked = company_of(connection) | {
        "batch_id": batch_id,
        "accounts": connection["accounts"],
        "documents": [{name: row[name] for name in _TOLD} for row in ready],
    }
    messages.queue("SEND", batch_id, connection, connection["id"], correlation_id, asked)


def company_of(connection: Row) -> dict[str, Any]:
    """Which company the worker has to find."""
    return {"company_id": connection["company_id"], "country": connection["company_country"]}


def _may_send(tx: Tx, connection: Row) -> bool:
    """Whether accounts are chosen, nothing is on its way, and nobody asked for patience."""
    if connection["status"] != "CONNECTED" or not connection["accounts"] or connection["batch_id"]:
        return False
    return not queries.is_paused(tx, connection["id"])


def _refused(tx: Tx, connection: Row, row: Row) -> bool:
    """Whether the document cannot go as things are, which its log then says."""
    title = rules.title(connection)
    currency = connection["company_currency"]
    if currency and currency != row["currency"]:
        reason = f"The company at {title} keeps its books in {currency}, and this document is in {row['currency']}."
    elif row["customer_id"] is None and row["namesakes"] > 1:
        reason = f"{title} has {row['namesakes']} customers with the name of this tenant: choose one."
    else:
        return False
    outcome = {"id": row["id"], "status": "REFUSED", "external_id": None, "reason": reason}
    documents.update_outcome(tx, connection["id"], outcome, rules.RETRIES)
    return True


_TOLD = (
    *("id", "entry_id", "kind", "number", "amount", "currency", "posted_on", "attempts", "refusals", "tenant_id"),
    *("tenant_name", "customer_id", "is_namesake", "charge", "period_start", "period_end", "due_date"),
    *("building_name", "lines", "settles", "takes_back", "is_beside_money"),
)


def answered(tx: Tx, connection: Row, told: dict[str, Any]) -> None:
    """What the worker says of a batch: outcomes, customers that it found or made, and why it stopped, if it did."""
    for outcome in told["outcomes"]:
        documents.update_outcome(tx, connection["id"], outcome, rules.RETRIES)
    for one in told["customers"]:
        queries.insert_found_customer(tx, connection, one["tenant_id"], one["external_id"], one["matched_by"])
    documents.update_batch_ended(tx, connection["id"])
    if told["later"]:
        queries.update_paused(tx, connection["id"], told["later"]["reason"], told["later"]["seconds"], rules.PAUSES)
    elif told["outcomes"]:
        queries.update_going(tx, connection["id"])
