"""An approval by either side: by the owner of an offer, or by the client of a counter-offer."""

from typing import Literal

from shared.bids.decision import decide
from shared.bids.models import ApprovedBid, Bid, SpaceNow
from shared.bids.rules import SpaceNotAvailable, check_takeable, next_status
from shared.contracts.draft import hold_and_draft
from shared.kit.db import Tx
from shared.kit.request import Caller
from shared.organizations.parties import ask_for_missing, warnings


def approve(
    tx: Tx, caller: Caller, bid: Bid, space: SpaceNow, move: Literal["approve", "accept"], notes: str | None
) -> tuple[Bid, ApprovedBid]:
    """Hold the space with a draft contract on the terms on the table, and decide the bid; `bid` and `space` are locked.
    The decided bid, and the answer to whoever decided.

    Raises BidNotOpen, NotYourTurn, OfferExpired, SpaceNotAvailable, PartyIncomplete.
    """
    # Refused before anything is written; `decide` writes the status.
    next_status(bid, move)
    check_takeable(bid, space)
    asked_missing = ask_for_missing(tx, bid.owner_organization_id, bid.client_organization_id)
    hold_and_draft(tx, caller, bid)
    approved = decide(tx, caller, bid, move, notes)
    # Another lease came first: the draft was not written. Seeing that here saves a round trip.
    if approved.contract_id is None:
        raise SpaceNotAvailable()
    missing = asked_missing.answer()
    return approved, ApprovedBid.model_construct(**dict(approved), warnings=warnings(missing), missing=missing)
