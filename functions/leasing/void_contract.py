"""Void the contract.

The saga cancels a deal: the contract is TERMINATED with its reason, and its unsigned document is withdrawn. A
document that one side has signed stays as evidence; it can never become a lease. The object itself is deleted after
the commit (functions/leasing/discard_document.py), so that no row ever points to a missing one.
"""

from typing import Any
from uuid import UUID

from shared.contracts.queries import select_deal
from shared.contracts.rules import lease_key
from shared.kit.db import transaction
from shared.kit.task import step
from shared.leasing import queries, rules

_FAILED = "The lease could not be prepared; nobody is bound by it."
_EXPIRED = "The signatures did not come in time."


@step()
def void_contract(task: dict[str, Any]) -> None:
    error = task.get("failure", {}).get("Error")
    with transaction() as tx:
        before = queries.lock_contract(tx, UUID(task["contract_id"]))
        rules.check_undoable(before)
        if before.status == "TERMINATED":
            return
        contract, withdrawn = queries.update_voided(tx, before.id, _EXPIRED if error == "States.Timeout" else _FAILED)
        if contract.signature_status == "NONE":
            # An early download may have stored the document before the saga did.
            withdrawn = sorted({*withdrawn, lease_key(select_deal(tx, contract.id))})
        tx.emit("contract.voided", contract, before=before, withdrawn=withdrawn, envelope_id=contract.envelope_id)
