"""Void an envelope.

When a deal is cancelled, its envelope is voided, so that nobody can sign it any more.
"""

from shared.contracts.docusign import Account
from shared.kit.consumer import Event, consumer
from shared.kit.secret import secret


@consumer("contract.voided", database=None, uses=("docusign.read",), layers=("tokens",), timeout=60)
def withdraw_envelope(event: Event) -> None:
    envelope_id = event.data.get("envelope_id")
    if envelope_id:
        Account(secret("docusign")).withdraw(envelope_id, "The deal was cancelled.")
