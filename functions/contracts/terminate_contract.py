"""Terminate a lease early.

Either side sets the date on which the lease ends early. On that date the space becomes available again. Later
installments are cancelled, partial months are credited, and `credit` says what becomes of credit that is left.
"""

from uuid import UUID

from shared.contracts import queries, rules
from shared.contracts.access import side_of, visible_contract
from shared.contracts.models import ContractState, Terminating
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.request import Caller
from shared.organizations.roles import Right, may

# functions/payments/shorten_schedule.py cancels and credits installments; functions/leasing/expire_contracts.py ends
# the contract on the day itself.


@endpoint(
    "PUT /contracts/{contract_id}/terminate",
    access=may(Right.SIGN_LEASES),
    writes=True,
    raises=(rules.NotInForce, rules.EndsAlready, rules.IsRenewed, rules.OwnersOffset),
)
def terminate_contract(caller: Caller, contract_id: UUID, terminating: Terminating) -> ContractState:
    with transaction(caller) as tx:
        queries.lock_first(tx, caller, contract_id)
        asked_term = queries.ask_for_term(tx, contract_id)
        before, _ = visible_contract(tx, caller, contract_id)
        [term] = asked_term.answer()
        rules.check_terminable(before, term, terminating, side_of(caller, before))
        row = queries.update_terminating(tx, contract_id, terminating, caller.user_id)
        contract = ContractState.of(row)
        tx.emit("contract.termination_set", contract, before=before)
    return contract
