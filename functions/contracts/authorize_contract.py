"""Authorize a signed lease.

Required if the owner's organization had a policy of authorizing leases when signatures were requested. After both
sides have signed, any OWNER of the organization, or a SUPER_ADMIN, authorizes the lease. Only then are the payments
scheduled and the contract activated.
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
