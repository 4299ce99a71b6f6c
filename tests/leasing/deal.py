"""An approved bid, and its saga driven by hand, step by step."""

from datetime import date

from functions.bids.approve_bid import approve_bid
from functions.bids.place_bid import place_bid
from functions.contracts.sign_contract import sign_contract
from functions.leasing.render_lease import render_lease
from functions.leasing.request_signatures import request_signatures


class Deal:
    """An owner and a client, their contract on these `terms`, and a backup bid of somebody else."""

    def __init__(
        self, world, call, start=date(2027, 2, 1), months=12, timezone="UTC", owner=None, client=None, **terms
    ):
        self.world, self.call = world, call
        self.owner, self.client = owner or world.owner(), client or world.client()
        self.space = world.space(self.owner, timezone=timezone)
        body = {"space_id": self.space, "bid_amount": 5000, "start_date": start, "term_months": months} | terms
        self.bid = call(place_bid, as_=self.client, body=body).json["id"]
        self.backup = call(place_bid, as_=world.client(), body=body).json["id"]
        self.contract = call(approve_bid, as_=self.owner, path={"bid_id": self.bid}).json["contract_id"]
        self.input = {"contract_id": self.contract, "correlation_id": "saga-1"}

    def run(self, *steps, times=1):
        for step in steps:
            for _ in range(times):
                step(self.input | {"task_token": "token-1"}, None)

    def sign(self, user, **body):
        body = {"signature": user.name, "consent": True} | body
        return self.call(sign_contract, as_=user, path={"contract_id": self.contract}, body=body)

    def signed(self):
        self.run(render_lease, request_signatures)
        assert self.sign(self.client).status == self.sign(self.owner).status == 200
        return self

    def row(self):
        [row] = self.world.sql("SELECT * FROM contracts WHERE id = %(id)s", id=self.contract)
        return row

    def space_status(self):
        [row] = self.world.sql("SELECT availability_status FROM spaces WHERE id = %(id)s", id=self.space)
        return row["availability_status"]

    def count(self, table):
        sql = f"SELECT count(*) AS n FROM {table} WHERE contract_id = %(id)s"
        return self.world.sql(sql, id=self.contract)[0]["n"]

    def events(self):
        return self.world.events(self.contract)
