"""A broker who acts for a client."""

from typing import Any

from functions.bids.accept_counter import accept_counter
from functions.bids.counter_bid import counter_bid
from functions.bids.get_bid import get_bid
from functions.bids.place_bid import place_bid
from functions.bids.revise_bid import revise_bid
from functions.bids.withdraw_bid import withdraw_bid
from functions.organizations.grant_mandate import grant_mandate
from functions.organizations.revoke_mandate import revoke_mandate
from shared.kit.catalog import Role
from tests.call import call

MOVES = {"accept": accept_counter, "revise": revise_bid, "withdraw": withdraw_bid}


class Mandated:
    """An owner's space, a client, and its broker with a mandate."""

    def __init__(self, world: Any, **asked: Any) -> None:
        self.world = world
        self.owner, self.client, self.broker = world.owner(), world.client(), world.user(Role.BROKER)
        self.space = world.space(self.owner)
        reply = call(grant_mandate, as_=self.client, body={"broker_id": self.broker.id} | asked)
        assert reply.status == 201, reply.body
        self.mandate = reply.json

    def place(self, by: Any = None, **changes: Any) -> Any:
        """The broker's bid for its client."""
        body = {"space_id": self.space, "bid_amount": 4000, "on_behalf_of": self.client.organization_id} | changes
        return call(place_bid, as_=by or self.broker, body=body)

    def move(self, move: str, bid: Any, by: Any = None, **body: Any) -> Any:
        amount = {"bid_amount": 4200} if move == "revise" else {}
        return call(MOVES[move], as_=by or self.broker, path={"bid_id": bid}, body=amount | body)

    def counter(self, bid: Any) -> Any:
        return call(counter_bid, as_=self.owner, path={"bid_id": bid}, body={"counter_offer_amount": 4500})

    def seen(self, bid: Any, by: Any = None) -> Any:
        return call(get_bid, as_=by or self.broker, path={"bid_id": bid})

    def revoke(self, by: Any = None) -> Any:
        return call(revoke_mandate, as_=by or self.client, path={"mandate_id": self.mandate["id"]})
