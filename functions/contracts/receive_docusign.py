"""Receive a DocuSign event.

DocuSign reports that an envelope was signed by both sides, declined or voided. The request is authenticated by its
signature. The envelope's id alone identifies the contract. An event for an unknown envelope gets the same answer as
any other event.
"""

from functools import partial

from shared.contracts import connect, queries, rules
from shared.contracts.models import ContractState, Received
from shared.contracts.signing import Signature, accept
from shared.kit.catalog import ANYONE, Raw
from shared.kit.db import Row, Tx, transaction
from shared.kit.endpoint import endpoint
from shared.kit.request import Request
from shared.kit.secret import secret

# Nobody is signed in here. The signature over the raw bytes stands in for a caller, and the envelope's id, which we
# recorded ourselves, is the only way to a contract: nothing else in the message is trusted. Hence the worker's
# database role: the platform writes for both sides, as its saga does, and neither side's organization could.
# An envelope that is not ours is answered like any other: an account's Connect reports all of its envelopes, and
# retries for days if one is refused. Our envelopes are recorded before they are sent, so none of their events is
# missed.


@endpoint(
    "POST /webhooks/docusign",
    access=ANYONE,
    rate=None,
    writes=True,
    raises=(connect.ForgedMessage,),
    uses=("docusign_keys.read",),
    database="worker",
    raw=Raw(
        description=(
            "The short form shown in the example, or a DocuSign Connect message (JSON SIM: `envelope-completed`, "
            "`-declined`, `-voided`, with `data.envelopeId`). Other events are accepted and change nothing."
        ),
        example={
            "event": "envelope_completed",
            "data": {
                "envelope_id": "93be49ab-0000-0000-0000-f752070d71ec",
                "contract_id": "0195f3a8-0000-7000-8000-000000000000",
                "signed_at": "2025-01-27T12:00:00Z",
            },
        },
        headers={
            "X-DocuSign-Signature-1": "HMAC-SHA256 of the raw body with one of our keys, in base64.",
            "X-DocuSign-Signature-2": "The same with the next key during key rotation, and so on. One must match.",
        },
    ),
)
def receive_docusign(request: Request) -> Received:
    connect.check_genuine(request.headers, request.raw_body, secret("docusign_keys").values())
    message = connect.message_of(request.raw_body)
    if message:
        with transaction() as tx:
            found = queries.lock_enveloped(tx, message.envelope_id)
            if found and rules.is_out_for_signature(ContractState.of(found)):
                _apply(tx, found, message)
    return Received(received=True)


def _apply(tx: Tx, found: Row, message: connect.Message) -> None:
    before, task_token = ContractState.of(found), found["task_token"]
    if message.outcome != "COMPLETED":
        contract = ContractState.of(queries.update_declined(tx, before.id, message.reason, None, None))
        tx.emit("contract.declined", contract, before=before, task_token=task_token)
        return
    assert before.client_id is not None  # noqa: S101 (nothing is sent to a tenant who has no account)
    signed = partial(Signature, provider="DOCUSIGN", signed_at=message.happened_at, evidence=message.evidence)
    contract = accept(
        tx,
        before,
        task_token,
        signed(side="CLIENT", user_id=before.client_id, name=found["client_name"]),
        signed(side="OWNER", user_id=before.owner_id, name=found["owner_name"]),
    )
    tx.emit(
        "contract.envelope_completed",
        contract,
        envelope_id=message.envelope_id,
        document_key=found["document_key"],
    )
