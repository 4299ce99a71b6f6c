"""What is asked of connections to accounting software, and what is answered."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, field_validator

from shared.journal.models import AccountRole
from shared.kit.fields import LEFT_OUT, Body, Day, Id, Query, Text, View, refuse
from shared.kit.paging import Paged, PageMeta

Provider = Literal["quickbooks", "zoho"]
IntegrationStatus = Literal["NOT_CONNECTED", "CONNECTING", "CONNECTED", "DISCONNECTED"]
TargetKind = Literal["ACCOUNT", "CUSTOMER"]
Match = Literal["PERSON", "NAME", "CREATED"]
SentKind = Literal["INVOICE", "CREDIT_NOTE", "PAYMENT", "WRITE_OFF", "JOURNAL"]
SentStatus = Literal["QUEUED", "SENDING", "SENT", "REFUSED"]

ExternalId = Annotated[Text, Field(min_length=1, max_length=64)]


class NewIntegration(Body):
    """How to connect. All of it may be left out."""

    starts_on: Day | None = None
    """Documents that were posted on this day or later are sent; the first of this month if left out. A company that
    was connected before keeps its day."""
    company_id: Annotated[Text, Field(pattern=r"^[0-9]{1,30}$")] | None = None
    """Zoho's `organization_id`, for somebody who has several; their default one if left out. QuickBooks asks for the
    company itself."""
    return_to: Annotated[Text, Field(max_length=500)] | None = None
    """A page of a registered frontend. It receives `provider`, and `error` if the provider refused."""


class IntegrationStarted(View):
    """Where to send the browser."""

    authorize_url: str
    """The provider's page, at which a person agrees. It has to be opened in the browser that received this answer's
    cookie."""
    expires_at: datetime
    """When the way back is closed; start again then."""


class IntegrationAttempt(View):
    """Somebody on their way back from the provider."""

    id: UUID
    organization_id: UUID
    provider: Provider

    accounted: ClassVar[tuple[str, ...]] = ("organization_id", "provider")


class IntegrationAnswer(Query):
    """The provider's parameters; it may add others."""

    model_config: ClassVar[ConfigDict] = ConfigDict(extra="ignore")

    state: Annotated[str, Field(max_length=500)] = ""
    """As sent to the provider."""
    code: Annotated[str, Field(max_length=2000)] | None = None
    """The provider's authorization code."""
    error: Annotated[str, Field(max_length=500)] | None = None
    """Why the provider refused, in place of `code`."""
    realm: Annotated[str | None, Field(alias="realmId", pattern=r"^[0-9]{1,30}$")] = None
    """QuickBooks: the company that was chosen."""
    location: Annotated[str | None, Field(pattern=r"^[a-z]{2}$")] = None
    """Zoho: the data center of the account."""


class MappedAccount(View):
    """Which of the provider's accounts one of ours is."""

    role: AccountRole
    account_id: str | None
    account_name: str | None
    proposed_id: str | None
    """An account with the same name, while none was chosen."""
    proposed_name: str | None
    is_needed: bool
    """Whether documents of ours use it. Credit of tenants is part of receivables there."""


class DocumentCounts(View):
    """How many documents are where."""

    waiting: int
    sent: int
    refused: int


class Integration(View):
    """The connection to one provider. Tokens are never shown."""

    id: UUID | None
    """Null while no company is connected."""
    organization_id: UUID
    provider: Provider
    status: IntegrationStatus
    """DISCONNECTED: the provider lets us in no more; connect again, and it goes on where it stopped."""
    reason: str | None
    """Why it is not connected, or what the provider said last."""
    company_id: str | None
    company_name: str | None
    company_currency: str | None
    """Documents in other currencies are not sent."""
    connected_at: datetime | None
    starts_on: date | None
    """What was posted earlier is not sent."""
    read_at: datetime | None
    """When the provider's accounts and customers were read."""
    paused_until: datetime | None
    """Nothing is sent until then, because the provider asked for patience or did not answer."""
    accounts: list[MappedAccount]
    documents: DocumentCounts

    accounted: ClassVar[tuple[str, ...]] = (
        *("organization_id", "provider", "status", "reason", "company_id", "starts_on"),
        "accounts",
    )


class IntegrationList(View):
    """One entry for each provider there is."""

    data: list[Integration]


class CustomerChoice(Body):
    """Which customer there a tenant of ours is."""

    tenant_id: Id
    """The organization of the tenant."""
    customer_id: ExternalId | None
    """The provider's id; null: find or create it when it is needed."""


class IntegrationChange(Body):
    """Fields that are given are changed. Nothing is sent before accounts are chosen."""

    accounts: dict[AccountRole, ExternalId] = LEFT_OUT
    """The provider's id for each of our accounts, replaced as a whole. Several may be the same."""
    customers: Annotated[list[CustomerChoice], Field(max_length=500)] = LEFT_OUT
    """Added to what was chosen before."""
    starts_on: Day = LEFT_OUT
    """What was posted earlier is not sent. What was sent stays there."""

    @field_validator("customers")
    @classmethod
    def _each_tenant_once(cls, customers: list[CustomerChoice]) -> list[CustomerChoice]:
        if len({one.tenant_id for one in customers}) < len(customers):
            raise refuse("must not repeat a tenant")
        return customers


class TargetFilter(Paged):
    """Which accounts or customers of the provider to list."""

    kind: TargetKind = "ACCOUNT"
    name: Annotated[Text, Field(min_length=1, max_length=100)] | None = None
    """Names that contain this."""


class Target(View):
    """An account or a customer at the provider."""

    id: str
    name: str
    type: str | None
    """The provider's word for the kind of account."""


class TargetList(View):
    """A page of the provider's accounts or customers, by name."""

    data: list[Target]
    meta: PageMeta


class TenantFilter(Paged):
    """Which tenants to list."""


class MappedTenant(View):
    """Which of the provider's customers a tenant is."""

    tenant_id: UUID
    name: str
    customer_id: str | None
    customer_name: str | None
    matched_by: Match | None
    """PERSON: chosen. NAME: the only customer with exactly that name. CREATED: there was none."""
    proposed_id: str | None
    """The only customer with exactly that name, which is taken unless somebody chooses another one."""


class MappedTenantList(View):
    """A page of tenants with contracts."""

    data: list[MappedTenant]
    meta: PageMeta


class LogFilter(Paged):
    """Which documents to list."""

    status: SentStatus | None = None
    kind: SentKind | None = None


class SentDocument(View):
    """One of our documents at the provider."""

    id: UUID
    document_id: UUID
    """Of the invoice, credit note or transaction; it is the provider's request id or reference, too."""
    kind: SentKind
    """PAYMENT is money that came in, WRITE_OFF becomes a credit note there. JOURNAL is what has no document of its own
    there: refunds, reversals, deposits that are held, applied or returned."""
    contract_id: UUID
    number: str | None
    """Of an invoice or credit note, or the reference of the money."""
    amount: Decimal
    currency: str
    posted_on: date
    status: SentStatus
    attempts: int
    reason: str | None
    """Why it was refused, or what it waits for."""
    external_id: str | None
    """The provider's id of it."""
    retry_at: datetime | None
    """When it is tried again by itself."""
    sent_at: datetime | None
    created_at: datetime

    accounted: ClassVar[tuple[str, ...]] = ("status", "kind", "number", "external_id")


class SentDocumentList(View):
    """A page of the log, the newest documents first."""

    data: list[SentDocument]
    meta: PageMeta


class Retry(Body):
    """What to try again now."""

    document_ids: Annotated[list[Id], Field(min_length=1, max_length=500)] | None = None
    """The log's `id`s; everything that was refused or waits, if left out."""


class Retried(View):
    """How many documents are tried again."""

    queued: int
