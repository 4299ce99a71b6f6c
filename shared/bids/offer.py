"""The terms that a side proposes in a negotiation, as in a request."""

from shared.bids.models import Notes
from shared.kit.fields import Day, Id, PositiveMoney
from shared.terms.offered import FirstTerms, OfferedTerms


class Offer(FirstTerms):
    """A client's offer for a space. `bid_amount` is the monthly base rent, or the price of a SALE. An offer of these
    two alone is a LEASE of 12 months from the first of next month, billed monthly.

    `valid_until` is the last day, in the building's time zone, on which the offer can be accepted. `on_behalf_of` is
    the organization of the client for whom a broker bids under a mandate; without it, the bid is the caller's own.
    """

    space_id: Id
    bid_amount: PositiveMoney
    valid_until: Day | None = None
    notes: Notes | None = None
    """For the owner. Both sides can read them."""
    on_behalf_of: Id | None = None


class Answer(OfferedTerms):
    """New terms for an open bid: those that are left out stay as they stand.

    `valid_until` and `notes` belong to these terms alone and are never taken over from earlier ones.
    """

    valid_until: Day | None = None
    notes: Notes | None = None
    """For the other side. Both sides can read them."""


class Counter(Answer):
    """The terms that the owner would accept instead."""

    counter_offer_amount: PositiveMoney
    """The `bid_amount` that the owner would accept."""


class Revision(Answer):
    """The client's new offer after a counter-offer. `on_behalf_of` works as in ClientDecision."""

    bid_amount: PositiveMoney
    on_behalf_of: Id | None = None
