"""Render the lease.

The saga renders the lease that both sides will sign, and stores it with its SHA-256. The same deal always renders
to the same bytes, so a second run stores the same document again. The object is written before the row that points
to it.
"""

import hashlib
from typing import Any
from uuid import UUID

from shared.contracts.lease import lease_reference, rendered
from shared.contracts.queries import select_deal
from shared.contracts.rules import lease_key
from shared.kit.aws import write_object
from shared.kit.db import reading, transaction
from shared.kit.ids import new_id
from shared.kit.settings import resource, setting
from shared.kit.task import step
from shared.leasing import queries, rules


@step(uses=("documents.write", "media.read", "media.list"), layers=("documents",), memory=1024)
def render_lease(task: dict[str, Any]) -> None:
    contract_id = UUID(task["contract_id"])
    with reading(None) as asked:
        deal = select_deal(asked, contract_id)
    # Rendered before the contract is locked: whoever signs or declines meanwhile is answered and does not wait.
    document = None if deal["document_key"] else rendered(deal)
    with transaction() as tx:
        before = queries.lock_contract(tx, contract_id)
        rules.check_alive(before)
        if document is None or before.document_sha256 is not None:
            return
        write_object(resource("documents"), lease_key(deal), document, "application/pdf")
        contract = queries.insert_document(
            tx,
            {
                "id": new_id(),
                "contract_id": contract_id,
                "number": lease_reference(deal),
                "key": lease_key(deal),
                "sha256": hashlib.sha256(document).hexdigest(),
                "size": len(document),
            },
        )
        url = f"{setting('PUBLIC_URL')}/api/v1/contracts/{contract_id}/download"
        tx.emit("contract.generated", contract, before=before, contract_url=url)
