import itertools

import pytest

from functions.bids.approve_bid import approve_bid
from functions.bids.place_bid import place_bid
from functions.notifications.notify_people import notify_people
from functions.realtime.connect import connect
from shared.kit.catalog import Role
from shared.kit.ids import new_id
from shared.notifications import rules
from tests.call import together
from tests.realtime.sockets import Client, frames


@pytest.fixture
def deal(world, call):
    """A client's bid on an owner's space, and what the bus tells of it."""

    class Deal:
        owner = world.owner()
        client = world.client()
        space = world.space(owner, name="Office Suite 101")

        def __init__(self):
            body = {"space_id": self.space, "bid_amount": 4500}
            reply = call(place_bid, as_=self.client, body=body)
            assert reply.status == 201, reply.json
            self.bid = reply.json["id"]

        def approve(self):
            reply = call(approve_bid, as_=self.owner, path={"bid_id": self.bid}, body={})
            assert reply.status == 200, reply.json
            self.contract = reply.json["contract_id"]

        def events(self):
            return world.event_details(self.bid)

    frames()
    return Deal()


def socket_of(user):
    socket = Client()
    assert socket.open(connect, token=user.token()) == 200
    return socket.id


def told(world, *users):
    rows = world.sql(
        "SELECT user_id, type, title, message, metadata FROM notifications WHERE user_id = ANY(%(ids)s) ORDER BY id",
        ids=[user.id for user in users],
    )
    return [(row["title"], row["message"]) for row in rows]


def about_contract(world, deal, name, actor=None, **changes):
    """An event about the deal's contract, as the saga tells it."""
    [row] = world.sql("SELECT * FROM contracts WHERE id = %(id)s", id=deal.contract)
    sides = ("bid_id", "space_id", "owner_id", "client_id", "owner_organization_id", "client_organization_id")
    data = {each: str(row[each]) for each in sides} | {"status": "DRAFT", "signature_status": "NONE"} | changes
    return {
        "id": new_id(),
        "name": name,
        "object_id": deal.contract,
        "data": data,
        "correlation_id": "c",
        "actor": actor.id if actor else None,
        "occurred_at": "2026-01-01T00:00:00Z",
    }


def test_a_new_bid_is_told_to_the_owners_side_alone(world, invoke, deal):
    agent, finance = world.colleague(deal.owner, Role.AGENT), world.colleague(deal.owner, Role.FINANCIAL_OFFICER)
    stranger = world.owner()
    sockets = {user: socket_of(user) for user in (deal.owner, agent, finance, deal.client, stranger)}

    assert invoke(notify_people, *deal.events()) == []

    message = ("New Bid", "A bid of 4,500.00 USD was placed on Office Suite 101")
    assert told(world, deal.owner) == told(world, agent) == [message]
    assert told(world, finance, deal.client, stranger) == []
    heard = frames()
    assert set(heard) == {sockets[deal.owner], sockets[agent]}
    change, news = heard[sockets[agent]]
    assert change == {
        "event": "bid:status_changed",
        "data": {"bid_id": deal.bid, "space_id": str(deal.space), "status": "PENDING", "contract_id": None},
    }
    [row] = world.sql("SELECT * FROM notifications WHERE user_id = %(id)s", id=agent.id)
    assert news == {
        "event": "notification:new",
        "data": {
            "notification_id": str(row["id"]),
            "type": "bid_update",
            "title": "New Bid",
            "message": "A bid of 4,500.00 USD was placed on Office Suite 101",
        },
    }
    assert row["metadata"] == {"bid_id": deal.bid, "space_id": str(deal.space)}


def test_a_decision_is_told_to_the_client_and_the_owners_colleagues(world, invoke, deal):
    colleague, partner = world.colleague(deal.owner), world.colleague(deal.client)
    invoke(notify_people, *deal.events())
    before = len(told(world, deal.owner))
    sockets = {user: socket_of(user) for user in (deal.owner, colleague, deal.client, partner)}
    frames()
    deal.approve()

    assert invoke(notify_people, deal.events()[-1]) == []

    assert told(world, deal.client) == [("Bid Approved", "Your bid on Office Suite 101 has been approved")]
    assert told(world, partner) == told(world, deal.client)
    assert told(world, colleague)[-1] == ("Bid Approved", "A bid on Office Suite 101 has been approved")
    # Who decided knows it; its other windows hear of it all the same.
    assert len(told(world, deal.owner)) == before
    heard = frames()
    assert [frame["event"] for frame in heard[sockets[deal.owner]]] == ["bid:status_changed"]
    for user in (deal.client, partner, colleague):
        change, news = heard[sockets[user]]
        assert (change["data"]["status"], change["data"]["contract_id"]) == ("APPROVED", deal.contract)
        assert (news["event"], news["data"]["title"]) == ("notification:new", "Bid Approved")


def test_every_live_socket_of_a_person_hears_and_no_dead_one(world, invoke, deal):
    first, second, expired = (socket_of(deal.owner) for _ in range(3))
    world.sql("UPDATE connections SET expires_at = now() WHERE connection_id = %(id)s", id=expired)
    assert Client().open(connect) == 200

    invoke(notify_people, *deal.events())

    assert set(frames()) == {first, second}


def test_a_socket_whose_session_has_ended_hears_nothing(world, invoke, deal):
    socket_of(deal.owner)
    world.sql("UPDATE sessions SET revoked_at = now() WHERE user_id = %(id)s", id=deal.owner.id)

    invoke(notify_people, *deal.events())

    assert frames() == {}
    assert len(told(world, deal.owner)) == 1


def test_the_same_event_has_one_effect_however_often_it_comes(world, invoke, deal):
    """Quality 18: in a batch, across batches, at the same time."""
    socket = socket_of(deal.owner)
    [placed] = deal.events()

    assert invoke(notify_people, *[placed] * 5) == []
    for _ in range(5):
        assert invoke(notify_people, placed) == []
    together([lambda: invoke(notify_people, placed)] * 3)

    assert len(told(world, deal.owner)) == 1
    assert len(frames()[socket]) == 2


@pytest.mark.parametrize("order", list(itertools.permutations(range(2))))
def test_a_deal_is_told_in_its_own_order(world, invoke, deal, order):
    socket = socket_of(deal.owner)
    deal.approve()
    events = deal.events()

    for number in order:
        assert invoke(notify_people, events[number]) == []

    statuses = [frame["data"]["status"] for frame in frames()[socket] if frame["event"] == "bid:status_changed"]
    assert statuses == ["PENDING", "APPROVED"]
    assert len(told(world, deal.owner)) == len(told(world, deal.client)) == 1


def test_what_could_not_be_queued_is_told_by_the_next_delivery(world, invoke, deal, monkeypatch):
    socket = socket_of(deal.owner)
    with monkeypatch.context() as broken:
        broken.setenv("PUSH_QUEUE_URL", "http://127.0.0.1:1/123456789012/missing.fifo")
        broken.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
        assert invoke(notify_people, *deal.events()) == ["message-0"]
    assert told(world, deal.owner) == []

    assert invoke(notify_people, *deal.events()) == []

    assert len(told(world, deal.owner)) == 1
    assert len(frames()[socket]) == 2


def test_a_generated_lease_is_announced_to_both_sides(world, invoke, deal):
    agent = world.colleague(deal.owner, Role.AGENT)
    deal.approve()
    owner, client, _ = socket_of(deal.owner), socket_of(deal.client), socket_of(agent)

    assert invoke(notify_people, about_contract(world, deal, "contract.generated")) == []

    heard = frames()
    assert set(heard) == {owner, client}
    for socket in (owner, client):
        assert heard[socket][0] == {
            "event": "lease:generated",
            "data": {
                "contract_id": deal.contract,
                "contract_url": f"http://127.0.0.1:8000/api/v1/contracts/{deal.contract}/download",
                "status": "DRAFT",
            },
        }
        assert heard[socket][1]["data"]["type"] == "lease_milestone"


@pytest.mark.parametrize("name", [name for name in rules.HEARD if name.startswith("contract.")])
def test_both_sides_are_told_of_each_step_of_a_contract(world, invoke, deal, name):
    deal.approve()

    assert invoke(notify_people, about_contract(world, deal, name, actor=deal.client)) == []

    assert len(told(world, deal.owner)) == 1
    assert told(world, deal.client) == []


def test_the_second_signature_is_told_once(world, invoke, deal):
    deal.approve()
    signed = about_contract(world, deal, "contract.signed", signature_status="FULLY_SIGNED")
    fully = about_contract(world, deal, "contract.fully_signed", signature_status="FULLY_SIGNED")

    assert invoke(notify_people, signed, fully) == []

    assert [title for title, _ in told(world, deal.client)] == ["Lease Executed"]


def test_a_payment_is_told_to_those_who_see_money(world, invoke, deal):
    agent, finance = world.colleague(deal.owner, Role.AGENT), world.colleague(deal.owner, Role.FINANCIAL_OFFICER)
    deal.approve()
    event = about_contract(world, deal, "payment.recorded", actor=deal.owner, status="PAID")
    event["object_id"] = new_id()
    event["data"] |= {"contract_id": deal.contract, "amount": 4500, "paid_amount": 4500}

    assert invoke(notify_people, event) == []

    assert told(world, deal.client) == [
        ("Payment Recorded", "Your payment for Office Suite 101 was recorded: 4,500.00 USD of 4,500.00 USD")
    ]
    assert len(told(world, finance)) == 1
    assert told(world, agent, deal.owner) == []
