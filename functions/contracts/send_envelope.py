"""Send an envelope to its signers.

By now, DocuSign's events about the envelope will find its contract.
"""

from shared.contracts.docusign import Account
from shared.kit.consumer import Event, consumer
from shared.kit.secret import secret


@consumer("contract.envelope_recorded", database=None, uses=("docusign.read",), layers=("tokens",), timeout=60)
def send_envelope(event: Event) -> None:
    Account(secret("docusign")).send(event.data["envelope_id"])
