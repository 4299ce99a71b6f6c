"""Preview an early end.

Shows what terminating the lease on a day would make of its payments and its account: the credit notes, the final
payments, what would still be owed, and what would become of credit. Nothing changes.
"""

from uuid import UUID

from shared.contracts import queries, rules
from shared.contracts.access import side_of
from shared.contracts.models import ContractState, Terminating, TerminationPreview
from shared.kit.db import reading
from shared.kit.endpoint import endpoint
from shared.kit.errors import NotFound
from shared.kit.request import Caller
from shared.organizations.roles import Right, may
from shared.payments import termination


@endpoint(
    "POST /contracts/{contract_id}/terminate/preview",
    access=may(Right.SIGN_LEASES),
    raises=(rules.NotInForce, rules.EndsAlready, rules.IsRenewed, rules.OwnersOffset),
)
def preview_termination(caller: Caller, contract_id: UUID, terminating: Terminating) -> TerminationPreview:
    with reading(caller) as tx:
        row, term, deal = queries.select_terminable(tx, caller, contract_id)
        if row is None:
            raise NotFound()
        contract = ContractState.of(row)
        rules.check_terminable(contract, term, terminating, side_of(caller, contract))
        account, ending = termination.planned(tx, deal, terminating.effective_date, terminating.credit)
        return termination.preview(tx, deal, terminating, account, ending)
