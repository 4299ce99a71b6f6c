"""Create a draft envelope in DocuSign.

The draft is not visible to anyone yet. The function runs outside the VPC, so it reports the envelope over the bus,
and the envelope is sent once its id is recorded. A second draft after a lost response is therefore never sent: a
contract has exactly one envelope that can be signed.
"""

from shared.contracts.docusign import Account
from shared.kit.announce import announce
from shared.kit.aws import read_object
from shared.kit.consumer import Event, consumer
from shared.kit.sealed import unseal
from shared.kit.secret import secret
from shared.kit.settings import resource, setting
from shared.kit.wire import load


@consumer(
    "contract.envelope_requested",
    database=None,
    # Without the right to list, S3 answers 403 instead of 404 for a withdrawn document.
    uses=("bus.put", "docusign.read", "documents.read", "documents.check", "token_key.decrypt"),
    layers=("tokens",),
    timeout=90,
)
def draft_envelope(event: Event) -> None:
    account = Account(secret("docusign"))
    contract_id = str(event.object_id)
    envelope_id = account.drafted(contract_id)
    if envelope_id is None:
        document = read_object(resource("documents"), event.data["document_key"])
        if document is None:
            return  # withdrawn with its deal
        webhook = f"{setting('PUBLIC_URL')}/api/v1/webhooks/docusign"
        envelope_id = account.draft(contract_id, document, load(unseal(event.data["signers"])), webhook)
    announce("envelope.drafted", event, envelope_id=envelope_id)
