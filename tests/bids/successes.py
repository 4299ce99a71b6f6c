"""How the operations of bids succeed: see tests/successes.py."""

from tests.cast import Asked, Cast

BODIES = {
    "accept_counter": {},
    "approve_bid": {},
    "counter_bid": {"counter_offer_amount": 1},
    "get_bid": None,
    "list_bids": None,
    "place_bid": {"space_id": "SPACE", "bid_amount": 1},
    "preview_bid": {"space_id": "SPACE", "bid_amount": 1},
    "reject_bid": {},
    "revise_bid": {"bid_amount": 1},
    "withdraw_bid": {},
}


class Successes(Cast):
    def place_bid(self) -> Asked:
        return {"as_": self.client, "body": {"space_id": self.world.space(self.owner), "bid_amount": 4000}}

    def preview_bid(self) -> Asked:
        return {"as_": self.client, "body": {"space_id": self.world.space(self.owner), "bid_amount": 4000}}

    def list_bids(self) -> Asked:
        self.bid()
        return {"as_": self.client}

    def get_bid(self) -> Asked:
        return {"as_": self.client, "path": {"bid_id": self.bid()}}

    def counter_bid(self) -> Asked:
        return {"as_": self.owner, "path": {"bid_id": self.bid()}, "body": {"counter_offer_amount": 4500}}

    def accept_counter(self) -> Asked:
        return {"as_": self.client, "path": {"bid_id": self.countered()}, "body": {}}

    def revise_bid(self) -> Asked:
        return {"as_": self.client, "path": {"bid_id": self.countered()}, "body": {"bid_amount": 4200}}

    def approve_bid(self) -> Asked:
        return {"as_": self.owner, "path": {"bid_id": self.bid()}, "body": {}}

    def reject_bid(self) -> Asked:
        return {"as_": self.owner, "path": {"bid_id": self.bid()}, "body": {}}

    def withdraw_bid(self) -> Asked:
        return {"as_": self.client, "path": {"bid_id": self.bid()}, "body": {}}
