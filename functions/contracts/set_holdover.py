"""Let a lease hold over.

The owner decides, by the lease's last day, that it goes on after it: a month at a time, at a percentage of the last
rent (100: month to month), until it is terminated. The space stays occupied. With `percent: null` the lease ends on its
last day after all.
"""

from uuid import UUID

from shared.contracts import queries, rules
from shared.contracts.access import visible_contract
from shared.contracts.models import HeldOver, HoldingOver
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.request import Caller
from shared.organizations.roles import Right, may


@endpoint(
    "PUT /contracts/{contract_id}/holdover",
    access=may(Right.DRAW_LEASES),
    writes=True,
    raises=(
        rules.NotActive,
        rules.EndsAlready,
        rules.IsRenewed,
        rules.TermOver,
        rules.HoldoverInvoiced,
        rules.SpaceLet,
    ),
)
def set_holdover(caller: Caller, contract_id: UUID, holding_over: HoldingOver) -> HeldOver:
    with transaction(caller) as tx:
        queries.lock_first(tx, caller, contract_id)
        asked_term = queries.ask_for_term(tx, contract_id)
        before, _ = visible_contract(tx, caller, contract_id)
        [term] = asked_term.answer()
        rules.check_holdover(before, term)
        contract = HeldOver.of(queries.update_holdover(tx, contract_id, holding_over.percent, caller.user_id))
        tx.emit("contract.holdover_set", contract, before=before)
    return contract
