"""The public events of bids."""

from shared.organizations.roles import Right
from shared.webhooks.public import Public

RIGHT = Right.READ_BIDS
OBJECT = "GET /bids/{bid_id}"

EVENTS = {
    "bid.placed": Public(says="A client placed a bid."),
    "bid.revised": Public(says="The client revised the bid."),
    "bid.countered": Public(says="The owner answered with a counter-offer."),
    "bid.approved": Public(says="The bid was approved, or its counter-offer accepted; it becomes a contract."),
    "bid.rejected": Public(says="The bid was rejected."),
    "bid.withdrawn": Public(says="The client withdrew the bid."),
}
