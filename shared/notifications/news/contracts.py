"""What happens to contracts, from the first draft to the last day, and whom it concerns."""

from datetime import datetime
from typing import ClassVar, Self
from uuid import UUID

from shared.contracts.models import ContractStatus, SignatureStatus
from shared.kit.consumer import Event
from shared.kit.settings import setting
from shared.notifications.entries import BOTH, SPACE, Data, News, NewsFrame, day, known, plain
from shared.organizations.roles import Right


class LeaseGenerated(NewsFrame):
    """A lease is ready to review: that of an approved bid, one that the owner sent without a bid, or a renewal."""

    frame_name: ClassVar[str] = "lease:generated"
    contract_id: UUID
    contract_url: str
    status: ContractStatus

    @classmethod
    def told(cls, event: Event) -> Self:
        return cls.of(
            {
                "contract_id": event.object_id,
                "contract_url": f"{setting('PUBLIC_URL')}/api/v1/contracts/{event.object_id}/download",
                "status": event.data["status"],
            }
        )


class ContractUpdated(NewsFrame):
    """A contract has changed. Everyone on both sides who may see it receives this frame. If `updated_at` is later than
    that of your copy, retrieve the contract again."""

    frame_name: ClassVar[str] = "contract:updated"
    channel_kind: ClassVar[str | None] = "contract"
    contract_id: UUID
    bid_id: UUID | None
    """The bid that it comes from; null for a renewal, or if the lease was drafted without a bid."""
    space_id: UUID
    status: ContractStatus
    signature_status: SignatureStatus
    updated_at: datetime

    @classmethod
    def told(cls, event: Event) -> Self:
        return cls.of(
            {
                "contract_id": event.object_id,
                "bid_id": event.data.get("bid_id"),
                "space_id": event.data["space_id"],
                "status": event.data["status"],
                "signature_status": event.data["signature_status"],
                "updated_at": event.occurred_at,
            }
        )


RIGHT = Right.READ_LEASES
PAGE = "contracts"
LIVE = ContractUpdated

_STATE = (SPACE, plain("status"), plain("signature_status"))


def _by_client(data: Data) -> bool:
    # The signature that completes a lease is told by contract.fully_signed or contract.authorization_requested.
    return bool(data["signature_status"] == "SIGNED_BY_CLIENT")


def _is_active(data: Data) -> bool:
    return bool(data["status"] == "ACTIVE")


def _holds_over(data: Data) -> bool:
    return data["holdover_percent"] is not None


NEWS = {
    # Until it is sent for signature, a lease without a bid is its owner's draft.
    "contract.drafted": News(seen_by=("OWNER",)),
    "contract.sent": News(),
    "contract.generated": News(
        kind="lease_milestone",
        title="Lease Generated",
        owner="The lease for {space} is ready to review",
        client="The lease for {space} is ready to review",
        facts=_STATE,
        frames=(LeaseGenerated,),
    ),
    "contract.signature_requested": News(
        kind="lease_milestone",
        title="Signature Requested",
        owner="The lease for {space} is out for signature. The client signs first, then you",
        client="The lease for {space} is waiting for your signature",
        facts=_STATE,
        mails=BOTH,
    ),
    "contract.signed:by_client": News(
        when=_by_client,
        kind="lease_milestone",
        title="Lease Signed",
        owner="The client has signed the lease for {space}. It is waiting for your signature",
        client="Your side has signed the lease for {space}. The owner signs next",
        facts=_STATE,
        mails=("OWNER",),
    ),
    "contract.signed": News(),
    "contract.authorization_requested": News(
        kind="lease_milestone",
        title="Authorization Requested",
        owner="Both sides have signed the lease for {space}. It is waiting for your organization's authorization",
        client="Both sides have signed the lease for {space}. It is waiting for the owner's authorization",
        facts=_STATE,
        mails=("OWNER",),
    ),
    "contract.authorized": News(),
    "contract.fully_signed": News(
        kind="lease_milestone",
        title="Lease Executed",
        owner="Both sides have signed the lease for {space}",
        client="Both sides have signed the lease for {space}",
        facts=_STATE,
        mails=BOTH,
        mails_actor=True,
    ),
    "contract.declined": News(
        kind="lease_milestone",
        title="Lease Declined",
        owner="{declined_by} declined the lease for {space}: {reason}",
        client="{declined_by} declined the lease for {space}: {reason}",
        facts=(*_STATE, known("declined_by"), known("reason")),
    ),
    "contract.activated:at_once": News(
        when=_is_active,
        kind="lease_milestone",
        title="Lease in Force",
        owner="The lease for {space} is active",
        client="Your lease for {space} is active",
        facts=_STATE,
    ),
    "contract.activated": News(
        kind="lease_milestone",
        title="Lease Confirmed",
        owner="The lease for {space} is signed by both sides and starts on {start_date}",
        client="Your lease for {space} is signed by both sides and starts on {start_date}",
        facts=(*_STATE, day("start_date")),
    ),
    "contract.started": News(
        kind="lease_milestone",
        title="Lease Started",
        owner="The lease for {space} has started",
        client="Your lease for {space} has started",
        facts=_STATE,
    ),
    "contract.ending": News(
        kind="lease_milestone",
        title="Lease Ends Soon",
        owner="The lease for {space} ends on {end_date}",
        client="Your lease for {space} ends on {end_date}",
        facts=(*_STATE, day("end_date"), plain("days_until_end")),
        mails=BOTH,
        # A reminder alone.
        changes=False,
    ),
    "contract.expired": News(
        kind="lease_milestone",
        title="Lease Expired",
        owner="The lease for {space} has ended",
        client="Your lease for {space} has ended",
        facts=_STATE,
    ),
    "contract.indexed": News(
        kind="lease_milestone",
        title="Rent Adjusted",
        owner="The rent for {space} was adjusted to its index",
        client="Your rent for {space} was adjusted to its index",
        facts=_STATE,
        # Its payments have.
        changes=False,
    ),
    "contract.holdover_set:lasting": News(
        when=_holds_over,
        kind="lease_milestone",
        title="Lease Goes On",
        owner="The lease for {space} goes on after its last day, at {holdover_percent} % of its last rent",
        client="Your lease for {space} goes on after its last day, at {holdover_percent} % of its last rent",
        facts=(*_STATE, plain("holdover_percent")),
        mails=("CLIENT",),
    ),
    "contract.holdover_set": News(
        kind="lease_milestone",
        title="Lease Ends As Agreed",
        owner="The lease for {space} ends on its last day after all",
        client="Your lease for {space} ends on its last day after all",
        facts=_STATE,
        mails=("CLIENT",),
    ),
    "contract.termination_set": News(
        kind="lease_milestone",
        title="Lease Ends Early",
        owner="The lease for {space} ends early. The space is available from {terminates_on}",
        client="Your lease for {space} ends early. {terminates_on} is the first day after it",
        facts=(*_STATE, day("terminates_on")),
        mails=BOTH,
    ),
    "contract.terminated": News(
        kind="lease_milestone",
        title="Lease Terminated",
        owner="The lease for {space} has ended early. The space is available again",
        client="Your lease for {space} has ended early",
        facts=(*_STATE, day("terminates_on")),
    ),
    "contract.voided": News(
        kind="lease_milestone",
        title="Lease Cancelled",
        owner="The lease for {space} was cancelled",
        client="The lease for {space} was cancelled",
        facts=_STATE,
        mails=BOTH,
    ),
}
