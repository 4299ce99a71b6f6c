"""Sign a contract.

A party signs by typing their name: the client first, then the owner. The signature is recorded with the SHA-256 of
the signed document, the time, the IP address and the user agent. After the second signature, or the owner's
authorization if their organization requires one, the payments are scheduled and the contract becomes active.
"""

from uuid import UUID

from shared.contracts import rules
from shared.contracts.access import side_of, visible_contract
from shared.contracts.models import ContractState, Signing
from shared.contracts.signing import Signature, accept
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.request import Caller, Request
from shared.organizations.roles import Right, may

# The last signature or authorization wakes the waiting saga: functions/leasing/leasing.asl.json.


@endpoint(
    "PATCH /contracts/{contract_id}/sign",
    access=may(Right.SIGN_LEASES),
    writes=True,
    verified=True,
    raises=(rules.NotSignable, rules.DealDeclined, rules.SignedElsewhere, rules.NotYourTurn, rules.OtherDocument),
)
def sign_contract(caller: Caller, contract_id: UUID, signing: Signing, request: Request) -> ContractState:
    with transaction(caller) as tx:
        before, task_token = visible_contract(tx, caller, contract_id)
        side = side_of(caller, before)
        rules.check_signable(before, side, signing.document_sha256)
        assert side is not None  # noqa: S101 (checked above)
        signature = Signature(
            side=side,
            user_id=caller.user_id,
            name=signing.signature,
            ip=request.ip,
            user_agent=request.user_agent,
        )
        contract = accept(tx, before, task_token, signature, by=caller.user_id)
    return contract
