"""Record a contract's envelope.

The first envelope recorded is final. Only then may it be sent.
"""

from shared.contracts import queries
from shared.contracts.models import ContractState
from shared.kit.consumer import Event, consumer
from shared.kit.db import Tx


@consumer("envelope.drafted")
def record_envelope(event: Event, tx: Tx) -> None:
    assert event.object_id is not None  # noqa: S101 (an envelope is always a contract's)
    row = queries.update_envelope(tx, event.object_id, event.data["envelope_id"])
    if row and row["termination_reason"] is None:
        contract = ContractState.of(row)
        tx.emit("contract.envelope_recorded", contract, envelope_id=contract.envelope_id)
