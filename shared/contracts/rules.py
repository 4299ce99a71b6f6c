"""Whose turn it is to sign, until when a deal can be declined, and what it costs when."""

from shared.contracts.models import ContractState, Side, SignatureStatus
from shared.kit.db import Row
from shared.kit.errors import Conflict
from shared.payments.schedule import Line, rent_schedule
from shared.spaces.currencies import exponent_of

TURNS: dict[SignatureStatus, Side] = {"NONE": "CLIENT", "SIGNED_BY_CLIENT": "OWNER"}
"""The client signs first, then the owner."""

SIGNED_BY: dict[Side, SignatureStatus] = {"CLIENT": "SIGNED_BY_CLIENT", "OWNER": "FULLY_SIGNED"}
"""What a contract's signature status becomes when that side signs."""


class NotYourTurn(Conflict):
    message = "It is not your turn to sign."


class NotSignable(Conflict):
    message = "The contract is not waiting for signatures."


class DealDeclined(Conflict):
    message = "The deal was declined or its hold has ended."


class OtherDocument(Conflict):
    message = "The document you read is not the one to be signed; download it again."


class AlreadyExecuted(Conflict):
    message = "The contract is signed by both sides and can no longer be declined."


class DocumentGone(Conflict):
    message = "The deal ended before anybody signed; its document was withdrawn."


def check_signable(contract: ContractState, side: Side | None, document_sha256: str | None) -> None:
    """Raises NotSignable, DealDeclined, NotYourTurn or OtherDocument."""
    if contract.termination_reason is not None:
        raise DealDeclined()
    if contract.status != "PENDING_SIGNATURE":
        raise NotSignable()
    if side is None or TURNS.get(contract.signature_status) != side:
        raise NotYourTurn()
    if document_sha256 is not None and document_sha256 != contract.document_sha256:
        raise OtherDocument()


def check_declinable(contract: ContractState) -> None:
    """Raises AlreadyExecuted, or DealDeclined where it has ended before."""
    if contract.signature_status == "FULLY_SIGNED" or contract.status in ("SIGNED", "ACTIVE", "EXPIRED"):
        raise AlreadyExecuted()
    if contract.termination_reason is not None or contract.status == "TERMINATED":
        raise DealDeclined()


def schedule_of(deal: Row) -> tuple[Line, ...]:
    """The deal's whole schedule, as its document shows it and its payments follow it."""
    return rent_schedule(
        monthly_rent=deal["base_rent"],
        start=deal["start_date"],
        term_months=deal["term_months"],
        exponent=exponent_of(deal["currency"]),
    )
