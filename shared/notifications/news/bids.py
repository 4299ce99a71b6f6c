"""What happens to bids, and whom it concerns."""

from datetime import datetime
from typing import ClassVar, Self
from uuid import UUID

from shared.bids.models import BidStatus
from shared.kit.consumer import Event
from shared.notifications.entries import BOTH, SPACE, Data, News, NewsFrame, day, money, plain
from shared.organizations.roles import Right


class BidStatusChanged(NewsFrame):
    """A bid was placed, countered, approved, rejected, revised or withdrawn: for everyone who is notified of it, the
    one who did it included. `contract_id` is set on approval."""

    frame_name: ClassVar[str] = "bid:status_changed"
    bid_id: UUID
    space_id: UUID
    status: BidStatus
    contract_id: UUID | None
    """The contract that the bid has become; null before it is approved."""

    @classmethod
    def told(cls, event: Event) -> Self:
        return cls.of(
            {
                "bid_id": event.object_id,
                "space_id": event.data["space_id"],
                "status": event.data["status"],
                "contract_id": event.data.get("contract_id"),
            }
        )


class BidUpdated(NewsFrame):
    """A bid has changed. Everyone on both sides who may see it receives this frame. If `updated_at` is later than that
    of your copy, retrieve the bid again. `version` is the version of its terms."""

    frame_name: ClassVar[str] = "bid:updated"
    bid_id: UUID
    space_id: UUID
    contract_id: UUID | None
    """The contract that the bid has become; null before it is approved."""
    status: BidStatus
    version: int
    """Counted from 1; each revision or counter-offer makes a new one."""
    updated_at: datetime

    @classmethod
    def told(cls, event: Event) -> Self:
        return cls.of(
            {
                "bid_id": event.object_id,
                "space_id": event.data["space_id"],
                "contract_id": event.data.get("contract_id"),
                "status": event.data["status"],
                "version": event.data["version"],
                "updated_at": event.occurred_at,
            }
        )


RIGHT = Right.READ_BIDS
PAGE = "bids"
LIVE = BidUpdated

_MOVED = (BidStatusChanged,)
_TERMS = (SPACE, money("bid_amount"), plain("version"), plain("status"))
_OFFERED = (*_TERMS, day("start_date"), plain("term_months"), day("valid_until"))
_COUNTERED = (*_TERMS, money("counter_offer_amount"))


def _is_countered(data: Data) -> bool:
    # Only a client's acceptance approves a bid that has a counter-offer on it.
    return data.get("counter_offer_amount") is not None


NEWS = {
    "bid.placed": News(
        kind="bid_update",
        title="New Bid",
        owner="A bid of {bid_amount} was placed on {space}",
        facts=_OFFERED,
        frames=_MOVED,
        mails=("OWNER",),
    ),
    "bid.approved:counter_accepted": News(
        when=_is_countered,
        kind="bid_update",
        title="Counter-Offer Accepted",
        owner="Your counter-offer of {counter_offer_amount} for {space} has been accepted",
        client="Your side has accepted the counter-offer of {counter_offer_amount} for {space}",
        facts=_COUNTERED,
        frames=_MOVED,
        mails=BOTH,
    ),
    "bid.approved": News(
        kind="bid_update",
        title="Bid Approved",
        owner="A bid on {space} has been approved",
        client="Your bid on {space} has been approved",
        facts=_TERMS,
        frames=_MOVED,
        mails=BOTH,
    ),
    "bid.rejected": News(
        kind="bid_update",
        title="Bid Rejected",
        owner="A bid on {space} has been rejected",
        client="Your bid on {space} has been rejected",
        facts=_TERMS,
        frames=_MOVED,
        mails=BOTH,
    ),
    "bid.countered": News(
        kind="bid_update",
        title="Counter-Offer",
        owner="A bid on {space} was answered with a counter-offer of {counter_offer_amount}",
        client="Your bid on {space} was answered with a counter-offer of {counter_offer_amount}",
        facts=(*_OFFERED, money("counter_offer_amount")),
        frames=_MOVED,
        mails=BOTH,
    ),
    "bid.revised": News(
        kind="bid_update",
        title="Bid Revised",
        owner="A bid on {space} was revised to {bid_amount}",
        facts=_OFFERED,
        frames=_MOVED,
        mails=("OWNER",),
    ),
    "bid.withdrawn": News(
        kind="bid_update",
        title="Bid Withdrawn",
        owner="A bid on {space} has been withdrawn",
        client="Your bid on {space} has been withdrawn",
        facts=_TERMS,
        frames=_MOVED,
        mails=BOTH,
    ),
}
