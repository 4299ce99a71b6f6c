"""Store the signed lease.

Fetches the lease that both sides signed in DocuSign and stores it. From then on, it is the document that they
download, and anyone who has it can verify it.
"""

import hashlib

from shared.contracts import documents
from shared.contracts.docusign import Account
from shared.contracts.rules import signed_key
from shared.kit.aws import write_new_object
from shared.kit.consumer import Event, consumer
from shared.kit.db import Tx
from shared.kit.secret import secret
from shared.kit.settings import resource


@consumer(
    "contract.envelope_completed",
    emits=False,
    # Without the right to list, S3 answers 403 and not 404 for what is not there yet.
    uses=("docusign.read", "documents.read", "documents.write", "documents.check"),
    layers=("tokens",),
    timeout=60,
)
def keep_signed_lease(event: Event, tx: Tx) -> None:
    assert event.object_id is not None  # noqa: S101 (contracts have ids)
    document = Account(secret("docusign")).signed_document(event.data["envelope_id"])
    key = signed_key(event.data["document_key"])
    # What was stored first is the lease.
    kept = write_new_object(resource("documents"), key, document, "application/pdf")
    documents.insert_executed(tx, event.object_id, key, hashlib.sha256(kept).hexdigest(), len(kept))
