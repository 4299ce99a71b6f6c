"""Send a lease for signature.

The owner sends a lease that they drafted. The space is held, and both sides are asked to sign. From here on, the
lease is handled like any other deal.
"""

from uuid import UUID

from shared.bids.rules import SpaceNotAvailable, StartInThePast, check_days
from shared.contracts import queries, rules
from shared.contracts.access import visible_contract
from shared.contracts.models import ContractState, SentContract
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.request import Caller
from shared.kit.settings import setting
from shared.organizations.parties import PartyIncomplete, ask_for_missing, warnings
from shared.organizations.roles import Right, may

# The committed `contract.sent` starts the saga: functions/leasing/leasing.asl.json.


@endpoint(
    "POST /contracts/{contract_id}/send",
    access=may(Right.DRAW_LEASES),
    writes=True,
    verified=True,
    raises=(rules.AlreadySent, rules.DealDeclined, SpaceNotAvailable, StartInThePast, PartyIncomplete),
)
def send_contract(caller: Caller, contract_id: UUID) -> SentContract:
    with transaction(caller) as tx:
        queries.lock_first(tx, caller, contract_id)
        asked_draft = queries.ask_for_draft(tx, contract_id)
        before, _ = visible_contract(tx, caller, contract_id)
        [draft] = asked_draft.answer()
        rules.check_sendable(before, draft["is_sent"])
        asked_missing = ask_for_missing(tx, before.owner_organization_id, before.client_organization_id)
        sent = queries.update_sent(tx, contract_id, caller.user_id, int(setting("HOLD_DAYS", "14")))
        if sent is None:
            raise SpaceNotAvailable()
        check_days(draft["start_date"], None, draft["today"])
        missing = asked_missing.answer()
        contract = ContractState.of(sent)
        tx.emit("contract.sent", contract, before=before, contract_id=str(contract_id))
    return SentContract.of(dict(contract) | {"warnings": warnings(missing), "missing": missing})
