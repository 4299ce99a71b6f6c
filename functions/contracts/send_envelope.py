"""The envelope goes out to its signers, now that its news will find the contract."""

from shared.contracts.docusign import Account
from shared.kit.consumer import Event, consumer
from shared.kit.secret import secret


@consumer("contract.envelope_recorded", database=None, uses=("docusign.read",), layers=("tokens",), timeout=60)
def send_envelope(event: Event) -> None:
    Account(secret("docusign")).send(event.data["envelope_id"])
