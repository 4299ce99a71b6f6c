"""Organizations, their members, invitations and mandates."""

from datetime import date, datetime
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from shared.auth.models import Email, Password, Token
from shared.buildings.models import Address
from shared.kit.catalog import Role
from shared.kit.fields import LEFT_OUT, Body, Count, Day, Flag, Id, Label, Says, SecureAddress, Text, View
from shared.kit.paging import PageMeta

SignatureProvider = Literal["BUILT_IN", "DOCUSIGN"]
Logo = Annotated[SecureAddress, Field(max_length=500)]
UserStatus = Literal["ACTIVE", "SUSPENDED"]
InvitationStatus = Literal["PENDING", "ACCEPTED", "REVOKED", "EXPIRED"]
MandateStatus = Literal["ACTIVE", "EXPIRED", "REVOKED"]
InvitedRole = Literal["OWNER", "CLIENT", "BROKER", "AGENT", "FINANCIAL_OFFICER", "CONTRACTOR"]


class NewBankAccount(Body):
    """Where tenants pay: an IBAN, or a routing number (ABA) with an account number. `currency` limits the account to
    payments in that currency."""

    holder: Annotated[Label, Field(max_length=140)] | None = None
    """The name in which the account is held. Absent: the organization's."""
    bank: Annotated[Label, Field(max_length=140)] | None = None
    """The bank's name."""
    iban: Annotated[Text, Field(max_length=42)] | None = None
    """With or without spaces; its check digits are verified."""
    bic: Annotated[Text, Field(pattern="^[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?$"), Says("must be a BIC")] | None = None
    """The bank's BIC (SWIFT code), of 8 or 11 characters."""
    routing_number: Annotated[Text, Field(max_length=9)] | None = None
    """The bank's ABA routing number, of 9 digits, with `account_number`."""
    account_number: Annotated[Text, Field(pattern="^[0-9]{4,17}$"), Says("must have 4 to 17 digits")] | None = None
    """With `routing_number`, for accounts that have no IBAN."""
    currency: Annotated[Text, Field(pattern="^[A-Z]{3}$"), Says("must be an ISO 4217 code, such as USD")] | None = None
    """The only currency that is paid to this account. Absent: any."""


class BankAccount(View):
    """Where tenants pay. `iban` has no spaces."""

    holder: str | None
    bank: str | None
    iban: str | None
    bic: str | None
    routing_number: str | None
    account_number: str | None
    currency: str | None


Hours = Annotated[Count, Field(ge=1, le=8760)]


class MaintenanceHours(Body):
    """Within how many hours a maintenance ticket is due, by its priority."""

    URGENT: Hours = 4
    """Hours."""
    HIGH: Hours = 24
    """Hours."""
    MEDIUM: Hours = 120
    """Hours."""
    LOW: Hours = 336
    """Hours."""


DEFAULT_HOURS: dict[str, int] = MaintenanceHours().model_dump()
"""For organizations that have set none."""


class DueHours(View):
    """Within how many hours a maintenance ticket is due, by its priority."""

    URGENT: int
    HIGH: int
    MEDIUM: int
    LOW: int


class OrganizationChanges(Body):
    """Fields that are given are changed, the address as a whole. Null clears a field.

    Contracts and issued invoices do not change; the next invoice shows the new details. The rest is for owners:
    `signature_provider` and `requires_authorization` say how their leases are signed, `complete_parties` whether a bid
    is approved and a lease is sent only if both parties have a legal name, an address and a country, `bank_accounts`
    where their tenants pay, and `maintenance_hours` when maintenance is due.
    """

    name: Label = LEFT_OUT
    legal_name: Label | None = None
    address: Address | None = None
    tax_id: Annotated[Label, Field(max_length=64)] | None = None
    logo_url: Logo | None = None
    logo_id: Annotated[Id | None, Field(exclude=True)] = None
    """An uploaded ORGANIZATION_LOGO, instead of `logo_url`."""
    signature_provider: SignatureProvider = LEFT_OUT
    requires_authorization: Flag = LEFT_OUT
    complete_parties: Flag = LEFT_OUT
    """Whether approving a bid and sending a lease is refused while a party's details are incomplete."""
    bank_accounts: Annotated[list[NewBankAccount], Field(max_length=10)] | None = None
    """All of them: accounts that are not in the list are removed."""
    maintenance_hours: MaintenanceHours | None = None
    """As a whole. Null takes the platform's: 4 hours, 24 hours, 5 days, 14 days. Tickets that are there keep theirs."""


class OrganizationAddress(View):
    """The postal address of an organization."""

    street: str
    city: str
    state: str | None = None
    country: str
    """As it was given: a name or a code of ISO 3166."""
    postal_code: str | None = None


class Organization(View):
    """The company that its users belong to, as it appears on documents."""

    id: UUID
    name: str
    legal_name: str | None
    address: OrganizationAddress | None
    tax_id: str | None
    logo_url: str | None
    signature_provider: SignatureProvider
    requires_authorization: bool
    complete_parties: bool
    bank_accounts: list[BankAccount]
    maintenance_hours: DueHours
    created_at: datetime
    updated_at: datetime


class OrganizationChange(View):
    """What the audit log says of a change: of the billing e-mail and the tax ID, only that they changed."""

    accounted: ClassVar[tuple[str, ...]] = (
        "name",
        "legal_name",
        "logo_url",
        "signature_provider",
        "requires_authorization",
        "complete_parties",
        "changed",
    )

    id: UUID
    name: str
    legal_name: str | None
    logo_url: str | None
    signature_provider: SignatureProvider
    requires_authorization: bool
    complete_parties: bool
    changed: list[str]


class Member(View):
    """A member of the caller's organization."""

    accounted: ClassVar[tuple[str, ...]] = ("role",)

    id: UUID
    name: str
    email: str
    role: Role
    title: str | None
    phone: str | None
    status: UserStatus
    email_verified: bool
    last_login_at: datetime | None
    created_at: datetime


class MemberList(View):
    """A page of members, longest-standing first."""

    data: list[Member]
    meta: PageMeta


class NewInvitation(Body):
    """Who to invite, and in which role: AGENT (into an owner's organization), FINANCIAL_OFFICER, or the inviter's own
    role."""

    email: Email
    role: InvitedRole
    """AGENT (for an owner's organization), FINANCIAL_OFFICER, or the inviter's own role."""


class Invitation(View):
    """An invitation to join an organization. Only the e-mail contains the token."""

    accounted: ClassVar[tuple[str, ...]] = ("role", "status")

    id: UUID
    email: str
    role: InvitedRole
    status: InvitationStatus
    invited_by: UUID
    expires_at: datetime
    created_at: datetime


class InvitationList(View):
    """A page of invitations, newest first."""

    data: list[Invitation]
    meta: PageMeta


class Acceptance(Body):
    """Who accepts an invitation. A client who is signed in sends the token alone; everybody else a name and a password,
    too."""

    token: Token
    """From the link in the e-mail."""
    name: Label | None = None
    """Required without an account."""
    password: Password | None = None
    """Required without an account. The same rules as for registration: at most 72 bytes of UTF-8, without NUL."""


class LeasesAccepted(View):
    """Leases that were imported now belong to the organization of the client who accepted the invitation."""

    outcome: Literal["LEASES_ACCEPTED"] = "LEASES_ACCEPTED"
    contract_ids: list[UUID]


class ClaimedLeases(View):
    """The leases of an imported tenant, given to the organization that accepted the invitation."""

    id: UUID
    contract_ids: list[UUID]

    accounted: ClassVar[tuple[str, ...]] = ("contract_ids",)


class NewMandate(Body):
    """The broker who may bid for the client's organization. `until` is the last day, in UTC; without it, the mandate
    lasts until it is revoked."""

    broker_id: Id
    until: Day | None = None
    """The last day of the mandate, in UTC. Without it, it lasts until it is revoked."""


class MandateParty(View):
    """The name of one of the two parties."""

    id: UUID
    name: str
    organization: str


class Mandate(View):
    """A broker may bid for a client's organization, and sees its bids, contracts and payments."""

    accounted: ClassVar[tuple[str, ...]] = ("status", "client_organization_id", "broker_id", "until")

    id: UUID
    client_organization_id: UUID
    client: MandateParty
    broker_id: UUID
    broker: MandateParty
    status: MandateStatus
    until: date | None
    """The last day of the mandate, in UTC; null if it lasts until it is revoked."""
    revoked_at: datetime | None
    """Null if it has not been revoked."""
    created_at: datetime


class MandateList(View):
    """A page of mandates, newest first."""

    data: list[Mandate]
    meta: PageMeta
