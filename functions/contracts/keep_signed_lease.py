"""Store the signed lease.

Fetches the lease that both sides signed in DocuSign and stores it. From then on, it is the document that they
download.
"""

from shared.contracts.docusign import Account
from shared.contracts.rules import signed_key
from shared.kit.aws import write_object
from shared.kit.consumer import Event, consumer
from shared.kit.secret import secret
from shared.kit.settings import resource


@consumer(
    "contract.envelope_completed",
    database=None,
    uses=("docusign.read", "documents.write"),
    layers=("tokens",),
    timeout=60,
)
def keep_signed_lease(event: Event) -> None:
    document = Account(secret("docusign")).signed_document(event.data["envelope_id"])
    write_object(resource("documents"), signed_key(event.data["document_key"]), document, "application/pdf")
