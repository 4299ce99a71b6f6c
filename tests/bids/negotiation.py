"""An owner and a client who negotiate about one space."""

from functions.bids.accept_counter import accept_counter
from functions.bids.approve_bid import approve_bid
from functions.bids.counter_bid import counter_bid
from functions.bids.get_bid import get_bid
from functions.bids.place_bid import place_bid
from functions.bids.reject_bid import reject_bid
from functions.bids.revise_bid import revise_bid
from functions.bids.withdraw_bid import withdraw_bid

OWNERS = {"approve": approve_bid, "reject": reject_bid, "counter": counter_bid}
CLIENTS = {"accept": accept_counter, "revise": revise_bid, "withdraw": withdraw_bid}
OPERATIONS = OWNERS | CLIENTS
AMOUNTS = {"counter": "counter_offer_amount", "revise": "bid_amount"}


class Negotiation:
    """The client's bid of 4,500 for a year from 2027-02-01; each move is answered with its reply."""

    def __init__(self, world, call, *, space=None, owner=None, offer=None, **changes):
        self.world, self.call = world, call
        self.owner, self.client = owner or world.owner(), world.client()
        self.space = space or world.space(self.owner, **changes)
        body = {"space_id": self.space, "bid_amount": 4500, "start_date": "2027-02-01"} | (offer or {})
        placed = call(place_bid, as_=self.client, body=body)
        assert placed.status == 201, placed.body
        self.bid = placed.json["id"]

    def ask(self, move, body, by=None, key=None):
        """The move, by the side whose it is unless somebody else is named."""
        side = self.owner if move in OWNERS else self.client
        return self.call(OPERATIONS[move], as_=by or side, path={"bid_id": self.bid}, body=body, key=key)

    def approve(self, notes=None, **asked):
        return self.ask("approve", {"notes": notes}, **asked)

    def reject(self, notes=None, **asked):
        return self.ask("reject", {"notes": notes}, **asked)

    def counter(self, amount=4800, by=None, key=None, **terms):
        return self.ask("counter", {"counter_offer_amount": amount} | terms, by, key)

    def accept(self, notes=None, **asked):
        return self.ask("accept", {"notes": notes}, **asked)

    def revise(self, amount=4600, by=None, key=None, **terms):
        return self.ask("revise", {"bid_amount": amount} | terms, by, key)

    def withdraw(self, notes=None, **asked):
        return self.ask("withdraw", {"notes": notes}, **asked)

    def seen(self, by=None):
        """The bid as one side sees it."""
        return self.call(get_bid, as_=by or self.owner, path={"bid_id": self.bid}).json

    def row(self):
        [row] = self.world.sql("SELECT * FROM bids WHERE id = %(id)s", id=self.bid)
        return row

    def events(self):
        return self.world.events(self.bid)

    def contracts(self):
        return self.world.sql("SELECT * FROM contracts WHERE bid_id = %(id)s", id=self.bid)
