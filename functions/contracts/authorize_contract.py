"""The owner's organization says the last word on a lease that both sides have signed, where its policy asks for one.

The policy is the one of the moment when signatures were asked for. Any OWNER of the organization may, or a
SUPER_ADMIN; the saga goes on only now.
"""

from uuid import UUID

from shared.contracts import rules
from shared.contracts.access import visible_contract
from shared.contracts.models import Authorizing, ContractState
from shared.contracts.signing import Signature, accept
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.request import Caller, Request
from shared.organizations.roles import Right, may


@endpoint(
    "PATCH /contracts/{contract_id}/authorize",
    access=may(Right.AUTHORIZE_LEASES),
    writes=True,
    verified=True,
    raises=(rules.NotToBeAuthorized, rules.DealDeclined),
)
def authorize_contract(caller: Caller, contract_id: UUID, authorizing: Authorizing, request: Request) -> ContractState:
    with transaction(caller) as tx:
        before, task_token = visible_contract(tx, caller, contract_id)
        rules.check_authorizable(before)
        authorization = Signature(
            side="ADMIN",
            user_id=caller.user_id,
            name=None,
            ip=request.ip,
            user_agent=request.user_agent,
            evidence={"notes": authorizing.notes} if authorizing.notes else None,
        )
        contract = accept(tx, before, task_token, authorization, by=caller.user_id)
    return contract
