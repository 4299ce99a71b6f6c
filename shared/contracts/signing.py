"""How a contract is signed: one interface for every provider of signatures.

`PROVIDERS[…].ask` asks both sides to sign, `accept` writes down what was signed and moves the contract.
BUILT_IN: people type their names (functions/contracts/sign_contract.py). DOCUSIGN: they sign an envelope
there (functions/contracts/draft_envelope.py), and its webhook reports it (functions/contracts/receive_docusign.py).
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from shared.contracts import queries, rules
from shared.contracts.models import ContractState, Signatory, SignatureProvider
from shared.kit.db import Row, Tx
from shared.kit.sealed import seal
from shared.kit.wire import render


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """Who signed for which side, and what proves it; `name` None is as the account says, `signed_at` None is now."""

    side: Signatory
    user_id: UUID
    name: str | None
    provider: SignatureProvider = "BUILT_IN"
    signed_at: datetime | None = None
    ip: str | None = None
    user_agent: str | None = None
    evidence: dict[str, Any] | None = None


class Provider(Protocol):
    """A provider that collects the signatures of a contract."""

    def ask(self, tx: Tx, contract: ContractState, deal: Row) -> None:
        """Ask both sides to sign, once, however often this is called. `deal` is the deal as it was struck."""


class BuiltIn:
    """The platform itself: whoever is to sign is told by contract.signature_requested, and signs here."""

    def ask(self, tx: Tx, contract: ContractState, deal: Row) -> None:
        """Nothing to do: both sides are notified by the event."""


class DocuSign:
    """An envelope at DocuSign, drafted from outside the network."""

    def ask(self, tx: Tx, contract: ContractState, deal: Row) -> None:
        if contract.envelope_id is not None or contract.signature_status != "NONE":
            return
        sides = (deal["client_party"], deal["owner_party"])
        signers = [{"name": party["name"], "email": party["email"]} for party in sides]
        # Encrypted: events hold no personal data, and the function that drafts the envelope cannot reach the database.
        tx.emit(
            "contract.envelope_requested",
            contract,
            document_key=deal["document_key"],
            signers=seal(render(signers)),
        )


PROVIDERS: dict[SignatureProvider, Provider] = {"BUILT_IN": BuiltIn(), "DOCUSIGN": DocuSign()}


def accept(
    tx: Tx, before: ContractState, task_token: str | None, *signatures: Signature, by: UUID | None = None
) -> ContractState:
    """The contract with these signatures, in their order; the last one that it needs wakes its saga."""
    for signature in signatures:
        queries.insert_signature(tx, before.id, asdict(signature))
    last = signatures[-1].side
    status = rules.status_after(before, last)
    contract = ContractState.of(queries.update_signed(tx, before.id, status, by))
    tx.emit("contract.authorized" if last == "ADMIN" else "contract.signed", contract, before=before)
    if contract.signature_status == "PENDING_ADMIN":
        tx.emit("contract.authorization_requested", contract)
    if contract.signature_status == "FULLY_SIGNED":
        tx.emit("contract.fully_signed", contract, task_token=task_token)
    return contract
