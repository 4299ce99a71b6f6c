"""The shapes of contracts, in requests and responses."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from pydantic import AfterValidator, Field

from shared.bids.models import Party, PartyWarning
from shared.kit.fields import Body, Day, Label, Like, Number, Printed, Query, Reason, Says, Shown, Text, View, refuse
from shared.kit.paging import Paged, PageMeta
from shared.maths.choices import ContractType
from shared.payments.models import Charge, PaymentStatus
from shared.terms.models import OfferTerms

ContractStatus = Literal["DRAFT", "PENDING_SIGNATURE", "SIGNED", "ACTIVE", "EXPIRED", "TERMINATED"]
SignatureStatus = Literal["NONE", "SIGNED_BY_CLIENT", "SIGNED_BY_OWNER", "PENDING_ADMIN", "FULLY_SIGNED"]
SignatureProvider = Literal["BUILT_IN", "DOCUSIGN"]
Side = Literal["OWNER", "CLIENT"]
Signatory = Literal["OWNER", "CLIENT", "ADMIN"]
"""ADMIN authorizes for the owner's organization what both sides have signed."""
CreditChoice = Literal["KEEP", "REFUND_DUE", "OFFSET"]
DocumentKind = Literal["LEASE", "RENTAL", "SALE", "INVOICE", "RECEIPT", "CREDIT_NOTE"]


_A_HASH = Says("must be a SHA-256 in 64 hexadecimal digits, in lower case")


def _two_decimals(value: Decimal) -> Decimal:
    if value != round(value, 2):
        raise refuse("must have at most two decimals", "WRONG_FORMAT")
    return value


class Signing(Body):
    """A party's signature: the typed name, the consent, and the hash of the document they read."""

    signature: Label
    """The signer's full name."""
    consent: Literal[True]
    """Must be true: the signer agrees to sign electronically."""
    document_sha256: Annotated[Text, Field(pattern="^[0-9a-f]{64}$"), _A_HASH] | None = None
    """The SHA-256 of the PDF that the signer has read. If given, another document is not signed."""


class WhichDocument(Query):
    """The document to download: one of the contract's own, by its hash. Without it, the one in force."""

    document_sha256: Annotated[Text, Field(pattern="^[0-9a-f]{64}$"), Says("must be a SHA-256 in hex")] | None = None


class Declining(Body):
    """Why a party declines to sign."""

    reason: Reason
    """Both sides can read it."""


class Terminating(Body):
    """The first day after the lease, why it ends early, and what becomes of credit."""

    effective_date: Day
    """The first day after the lease."""
    reason: Reason
    """Both sides can read it."""
    credit: CreditChoice = "KEEP"
    """What becomes of the credit that is left once everything open is settled: it stays (KEEP), is to be paid back
    (REFUND_DUE), or settles the oldest open payments of other contracts of the same two sides, due or not (OFFSET, for
    the owner's side only)."""


class HoldingOver(Body):
    """At which percentage of its last rent a lease goes on after its last day."""

    percent: Annotated[Number, Field(ge=100, le=500), AfterValidator(_two_decimals), Shown({"x-decimals": 2})] | None
    """100: month to month. Null: the lease ends on its last day."""


class Authorizing(Body):
    """The authorization of the owner's organization for a lease that both sides have signed."""

    notes: Annotated[Printed, Field(max_length=1000)] | None = None
    """Kept with the evidence for the signatures."""


class ContractFilter(Paged):
    """Which contracts to list, newest first."""

    status: ContractStatus | None = None


class ContractPayment(View):
    """An installment, as listed in the contract."""

    id: UUID
    charge: str
    amount: Decimal
    """Without tax, after free rent."""
    currency: str
    due_date: date
    paid_date: date | None
    status: str
    installment_number: int | None
    total_installments: int | None


class ContractSignature(View):
    """Who signed, and when. ADMIN is the authorization of the owner's organization."""

    side: Signatory
    user_id: UUID
    signature: str
    provider: SignatureProvider
    document_sha256: str
    """SHA-256 of the PDF that was signed."""
    signed_at: datetime


class ContractPlan(View):
    """A payment plan, as listed in the contract."""

    id: UUID
    status: Literal["KEPT", "BROKEN", "CANCELLED"]
    payment_ids: list[UUID]


class ContractState(View):
    """The status of a contract, as returned by signing and declining, and carried by events."""

    id: UUID
    bid_id: UUID | None
    """The bid that it comes from; null for a renewal, or if the lease was drafted without a bid."""
    space_id: UUID
    owner_id: UUID
    client_id: UUID | None
    """Null while the tenant of an imported lease has no account."""
    owner_organization_id: UUID
    client_organization_id: UUID
    status: ContractStatus
    signature_status: SignatureStatus
    signature_provider: SignatureProvider
    requires_authorization: bool
    envelope_id: str | None
    document_sha256: str | None
    termination_reason: str | None
    terminates_on: date | None
    updated_at: datetime

    accounted: ClassVar[tuple[str, ...]] = (
        "status",
        "signature_status",
        "terminates_on",
        "bid_id",
        "space_id",
        "owner_id",
        "client_id",
        "owner_organization_id",
        "client_organization_id",
    )


class HeldOver(ContractState):
    """A contract that goes on after its last day, at `holdover_percent` of its last rent; null if it does not."""

    holdover_percent: Decimal | None

    accounted: ClassVar[tuple[str, ...]] = (*ContractState.accounted, "holdover_percent")


class SentContract(ContractState):
    """A contract that was sent for signature. With the warning `PARTY_INCOMPLETE`, `missing` names what the documents
    need to name the parties, for example `client.address`."""

    warnings: list[PartyWarning]
    missing: list[str]


class ContractBuilding(View):
    """The building of a contract, as it was when the contract was drafted."""

    id: UUID
    name: str
    address: Annotated[dict[str, Any], Like("shared.buildings.models.BuildingAddress")]
    timezone: str


class ContractSpace(View):
    """The premises of a contract, as they were when it was drafted."""

    id: UUID
    name: str
    floor_number: int
    gross_sqft: Decimal
    building: ContractBuilding


class ContractSummary(ContractState):
    """A contract in a list. `broker` bid for the client. A later `version` of a lease names the previous one."""

    contract_type: ContractType
    start_date: date
    end_date: date | None
    term_months: int | None
    base_rent: Decimal
    currency: str
    schedule_total: Decimal | None
    contract_url: str | None
    """Null for a lease that was imported: its document is not here."""
    hold_until: datetime | None
    space: ContractSpace
    client: Party
    broker: Party | None
    owner: Party
    version: int
    """Counted from 1; a renewal is the next version."""
    renews_contract_id: UUID | None
    imported: bool
    """Whether the lease was agreed elsewhere, and imported as it ran."""
    external_id: str | None
    """The owner's own number of a lease that was imported."""
    created_at: datetime


class Contract(ContractSummary, OfferTerms):
    """A contract with its terms, schedule and signatures."""

    holdover_percent: Decimal | None
    """The percentage of its last rent that the lease costs after its last day; null if it ends on that day."""
    end_credit: CreditChoice | None
    """What becomes of credit where the lease ends early; null where it does not."""
    refund_due: Decimal
    """The credit that is to be paid back to the client after an early end; 0 where that was not chosen."""
    payment_plans: list[ContractPlan]
    payments: list[ContractPayment]
    signatures: list[ContractSignature]


class PreviewedCreditNote(View):
    """A credit note that an early end would issue, but for its number."""

    payment_id: UUID
    credits_invoice_id: UUID
    credits_reference: str
    """The number of the invoice, as it is printed."""
    reason: str
    net_amount: Decimal
    tax_amount: Decimal
    total_amount: Decimal


class PreviewedPayment(View):
    """A payment as an early end would leave it."""

    id: UUID
    charge: Charge
    installment_number: int | None
    period_start: date
    period_end: date | None
    due_date: date
    amount: Decimal
    """Without tax, after free rent."""
    tax_amount: Decimal
    credited_amount: Decimal
    paid_amount: Decimal
    open_amount: Decimal
    """What would still be owed, tax included."""
    status: PaymentStatus


class PreviewedOffset(View):
    """Credit that would move to another contract of the same two sides."""

    contract_id: UUID
    amount: Decimal


class TerminationPreview(View):
    """What terminating the lease would make of its payments, at this moment: its credit notes, its final payments, and
    its account."""

    contract_id: UUID
    effective_date: date
    currency: str
    credit_notes: list[PreviewedCreditNote]
    payments: list[PreviewedPayment]
    open_amount: Decimal
    """What would still be owed on all payments, tax included, also those that have no invoice yet."""
    unapplied_credit: Decimal
    """Credit that would settle nothing."""
    refund_due: Decimal
    """How much of it would have to be paid back."""
    offsets: list[PreviewedOffset]
    balance: Decimal
    """The balance of the ledger: what was invoiced, less what was received and credited; below zero, the client is owed
    so much."""
    running_interest: Decimal
    """The interest that what is overdue now bears up to the effective date if nothing more is paid, as far as it is not
    charged yet: it is charged on that day at the latest, and not in the balance before. Below zero, so much is
    credited."""


class Received(View):
    """Confirms that a provider's message was received, without revealing what it changed."""

    received: Literal[True]


class Verified(View):
    """Whether a PDF is a document stored by the platform, unchanged to the last byte; if so, its type and when it was
    stored. `executed` is whether it is a contract with all its signatures; it is null for other documents."""

    genuine: bool
    sha256: str
    kind: DocumentKind | None
    """Null if it is none of ours."""
    executed: bool | None
    """Whether all parties have signed it; null for what nobody signs, and for what is none of ours."""
    stored_at: datetime | None
    """Null if it is none of ours."""


class ContractList(View):
    """A page of contracts."""

    data: list[ContractSummary]
    meta: PageMeta
