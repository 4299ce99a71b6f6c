"""When a contract can be sent, signed, authorized, declined, terminated or renewed, and whose turn it is to sign."""

from shared.contracts.models import ContractState, Side, Signatory, SignatureStatus, Terminating
from shared.kit.db import Row
from shared.kit.errors import Conflict, Detail, Forbidden, Invalid

TURNS: dict[SignatureStatus, Side] = {"NONE": "CLIENT", "SIGNED_BY_CLIENT": "OWNER"}
"""The client signs first, then the owner."""


class NotYourTurn(Conflict):
    message = "It is not your turn to sign."


class NotSignable(Conflict):
    message = "The contract is not waiting for signatures."
    remedy = "If it was just sent, try again once `contract.signature_requested` has come: its document is being made."


class AlreadySent(Conflict):
    message = "The contract was already sent."


class DealDeclined(Conflict):
    message = "The deal was declined, or its hold has ended."


class SignedElsewhere(Conflict):
    message = "This contract is signed in DocuSign. Look for the e-mail from DocuSign."


class NotToBeAuthorized(Conflict):
    message = "The contract is not waiting for authorization."


class OtherDocument(Conflict):
    message = "The document you read is not the current one. Download it again."


class AlreadyExecuted(Conflict):
    message = "Both sides have signed the contract. It can no longer be declined."


class NotInForce(Conflict):
    message = "Only a lease that both sides have signed and that has not ended can be terminated."
    remedy = "Decline a contract that is not signed yet."


class EndsAlready(Conflict):
    message = "The lease was already terminated."


class IsRenewed(Conflict):
    message = "The lease was renewed. Terminate or decline the renewal first."


class OwnersOffset(Forbidden):
    message = "Only the owner's side may offset credit against other contracts."
    remedy = "Choose KEEP or REFUND_DUE, or ask the owner."


class NotActive(Conflict):
    message = "Only a lease that is in force can go on after its last day."


class TermOver(Conflict):
    message = "The lease's last day is over."
    remedy = "Terminate a lease that goes on after it."


class HoldoverInvoiced(Conflict):
    message = "The first month after the last day is invoiced already."
    remedy = "Terminate the lease, or issue a credit note."


class SpaceLet(Conflict):
    message = "Another lease on the space follows."


class HoldsOver(Conflict):
    message = "The lease goes on after its last day, until it is terminated."
    remedy = "By its last day, `PUT /contracts/{contract_id}/holdover` with `percent: null` lets it end on that day."


class NotRenewable(Conflict):
    message = "Only a lease that both sides have signed and that runs its full term can be renewed, and only once."
    constraint = "contracts_one_renewal"


class DocumentGone(Conflict):
    message = "The deal was cancelled before anyone signed, and its document was withdrawn."


class AgreedElsewhere(Conflict):
    message = "The lease was agreed elsewhere, before it was imported: its document is not here."


class TenantUnclaimed(Conflict):
    message = "The tenant has no account yet, so that nobody can sign for them."
    remedy = "Import the lease's row again with `invite` set to yes, and wait until the tenant accepts the invitation."


def check_sendable(contract: ContractState, is_sent: bool) -> None:
    """Raises DealDeclined, AlreadySent."""
    if contract.termination_reason is not None:
        raise DealDeclined()
    if is_sent or contract.status != "DRAFT":
        raise AlreadySent()


def check_signable(contract: ContractState, side: Side | None, document_sha256: str | None) -> None:
    """Raises NotSignable, DealDeclined, SignedElsewhere, NotYourTurn or OtherDocument."""
    if contract.termination_reason is not None:
        raise DealDeclined()
    if contract.status != "PENDING_SIGNATURE":
        raise NotSignable()
    if contract.signature_provider != "BUILT_IN":
        raise SignedElsewhere()
    if side is None or TURNS.get(contract.signature_status) != side:
        raise NotYourTurn()
    if document_sha256 is not None and document_sha256 != contract.document_sha256:
        raise OtherDocument(Detail("document_sha256", "is not that of the current document"))


def status_after(contract: ContractState, side: Signatory) -> SignatureStatus:
    """What the contract's signature status becomes when that side signs."""
    if side == "CLIENT":
        return "SIGNED_BY_CLIENT"
    return "PENDING_ADMIN" if side == "OWNER" and contract.requires_authorization else "FULLY_SIGNED"


def is_out_for_signature(contract: ContractState) -> bool:
    """Whether an event about its envelope can still change it: nobody has signed, declined or ended it."""
    return (
        contract.status == "PENDING_SIGNATURE"
        and contract.signature_status == "NONE"
        and contract.termination_reason is None
    )


def check_authorizable(contract: ContractState) -> None:
    """Raises DealDeclined, NotToBeAuthorized."""
    if contract.termination_reason is not None:
        raise DealDeclined()
    if contract.signature_status != "PENDING_ADMIN":
        raise NotToBeAuthorized()


def check_declinable(contract: ContractState) -> None:
    """Raises AlreadyExecuted, or DealDeclined where it has ended before."""
    if contract.signature_status == "FULLY_SIGNED" or contract.status in ("SIGNED", "ACTIVE", "EXPIRED"):
        raise AlreadyExecuted()
    if contract.termination_reason is not None or contract.status == "TERMINATED":
        raise DealDeclined()


def signed_key(document_key: str) -> str:
    """Where the lease is kept as a provider gave it back signed: beside the one that it was sent."""
    return f"{document_key.removesuffix('.pdf')}-signed.pdf"


def executed_key(document_key: str) -> str:
    """Where the executed lease is kept: beside the one that both sides signed."""
    return f"{document_key.removesuffix('.pdf')}-executed.pdf"


def check_terminable(contract: ContractState, term: Row, terminating: Terminating, side: Side | None) -> None:
    """Raises NotInForce, EndsAlready, IsRenewed, OwnersOffset, or Invalid on an `effective_date` that is past or
    outside the term."""
    if contract.status not in ("SIGNED", "ACTIVE") or term["contract_type"] == "SALE":
        raise NotInForce()
    if contract.terminates_on is not None:
        raise EndsAlready()
    if term["is_renewed"]:
        raise IsRenewed()
    if terminating.credit == "OFFSET" and side == "CLIENT":
        raise OwnersOffset(Detail("credit", "must be KEEP or REFUND_DUE"))
    if terminating.effective_date < term["today"]:
        raise Invalid(Detail("effective_date", f"must not be before {term['today'].isoformat()}"))
    if terminating.effective_date > term["end_date"] and term["holdover_percent"] is None:
        raise Invalid(Detail("effective_date", f"must not be after {term['end_date'].isoformat()}, the last day"))


def check_renewable(contract: ContractState, deal: Row, is_renewed: bool) -> None:
    """Raises NotRenewable, HoldsOver, TenantUnclaimed."""
    runs = contract.status in ("SIGNED", "ACTIVE") and contract.terminates_on is None
    if not runs or is_renewed or deal["contract_type"] == "SALE":
        raise NotRenewable()
    if deal["holdover_percent"] is not None:
        raise HoldsOver()
    if contract.client_id is None:
        raise TenantUnclaimed()


def check_holdover(contract: ContractState, term: Row) -> None:
    """Raises NotActive, EndsAlready, IsRenewed, TermOver, HoldoverInvoiced, SpaceLet."""
    if contract.status != "ACTIVE" or term["contract_type"] == "SALE":
        raise NotActive()
    if contract.terminates_on is not None:
        raise EndsAlready()
    if term["is_renewed"]:
        raise IsRenewed()
    if term["today"] > term["end_date"]:
        raise TermOver()
    if term["is_invoiced_after"]:
        raise HoldoverInvoiced()
    if term["is_let_after"]:
        raise SpaceLet()


def lease_key(deal: Row) -> str:
    """Where the lease's PDF is kept in the documents bucket."""
    return f"leases/{deal['id']}/v{deal['version']}.pdf"
