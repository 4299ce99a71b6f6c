"""People, and deals as far as they have come, that successful requests begin with; made when asked for."""

from functools import cached_property
from typing import Any

from functions.bids.counter_bid import counter_bid
from functions.bids.place_bid import place_bid
from functions.leasing.activate_contract import activate_contract
from functions.leasing.render_lease import render_lease
from functions.leasing.request_signatures import request_signatures
from functions.leasing.schedule_payments import schedule_payments
from functions.notifications.notify_people import notify_people
from functions.payments.record_payment import record_payment
from functions.payments.render_documents import render_documents
from shared.kit.catalog import Role
from tests.call import call, invoke
from tests.leasing.deal import Deal
from tests.world import User, World

Asked = dict[str, Any]
"""What `tests.call.http_event` takes."""


class Cast:
    """The people are the same for every request of one cast; each deal is one of its own, but for the lease."""

    def __init__(self, world: World) -> None:
        self.world = world

    @cached_property
    def lease(self) -> Deal:
        """An executed lease with its schedule, whose sides were told of it."""
        deal = Deal(self.world, call).signed()
        deal.run(schedule_payments, activate_contract)
        self.tell(deal.bid)
        return deal

    @cached_property
    def owner(self) -> User:
        return self.world.owner()

    @cached_property
    def client(self) -> User:
        return self.world.client()

    @cached_property
    def admin(self) -> User:
        return self.world.user(Role.SUPER_ADMIN)

    def tell(self, object_id: Any) -> None:
        assert invoke(notify_people, *self.world.event_details(object_id)) == []

    def bid(self) -> Any:
        body = {"space_id": self.world.space(self.owner), "bid_amount": 4000}
        return call(place_bid, as_=self.client, body=body).json["id"]

    def countered(self) -> Any:
        bid = self.bid()
        assert call(counter_bid, as_=self.owner, path={"bid_id": bid}, body={"counter_offer_amount": 4500}).status < 300
        return bid

    def out_for_signature(self) -> Deal:
        deal = Deal(self.world, call)
        deal.run(render_lease, request_signatures)
        return deal

    def payment(self, number: int = 0) -> Any:
        """An open installment, of a lease of its own."""
        deal = Deal(self.world, call).signed()
        deal.run(schedule_payments, activate_contract)
        sql = "SELECT id FROM payments WHERE contract_id = %(id)s ORDER BY due_date, id"
        return deal, self.world.sql(sql, id=deal.contract)[number]["id"]

    def paid(self) -> Any:
        deal, payment = self.payment()
        body = {"paid_date": "2026-01-15", "payment_method": "cheque"}
        assert call(record_payment, as_=deal.owner, path={"payment_id": payment}, body=body).status < 300
        return deal, payment

    @cached_property
    def documented(self) -> Any:
        """A paid installment of a lease, with its invoice and its receipt rendered."""
        deal, payment = self.paid()
        assert invoke(render_documents, *self.world.event_details(payment)) == []
        return deal, payment
