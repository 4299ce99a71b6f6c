import itertools
from uuid import UUID

import pytest

from functions.bids.approve_bid import approve_bid
from functions.bids.get_bid import get_bid
from functions.bids.place_bid import place_bid
from functions.contracts.decline_contract import decline_contract
from functions.leasing.render_lease import render_lease
from functions.leasing.request_signatures import request_signatures
from functions.notifications.notify_people import notify_people
from functions.realtime.connect import connect
from functions.users.update_profile import update_profile
from shared.kit.catalog import Role
from shared.kit.ids import new_id
from shared.notifications import table
from tests.call import together
from tests.leasing.deal import Deal as Signing
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


def organization_name(world, user):
    [row] = world.sql(
        "SELECT coalesce(legal_name, name) AS name FROM organizations WHERE id = %(id)s", id=user.organization_id
    )
    return row["name"]


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


def test_only_the_owners_side_is_notified_of_a_new_bid(world, invoke, deal):
    agent, finance = world.colleague(deal.owner, Role.AGENT), world.colleague(deal.owner, Role.FINANCIAL_OFFICER)
    stranger = world.owner()
    sockets = {user: socket_of(user) for user in (deal.owner, agent, finance, deal.client, stranger)}

    assert invoke(notify_people, *deal.events()) == []

    message = ("New Bid", "A bid of $4,500.00 was placed on Office Suite 101")
    assert told(world, deal.owner) == told(world, agent) == [message]
    assert told(world, finance, deal.client, stranger) == []
    heard = frames()
    assert set(heard) == {sockets[deal.owner], sockets[agent], sockets[deal.client]}
    assert [frame["event"] for frame in heard[sockets[deal.client]]] == ["bid:updated"]
    change, _, news = heard[sockets[agent]]
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
            "message": "A bid of $4,500.00 was placed on Office Suite 101",
            "event": "bid.placed",
            "subject": {"type": "bid", "id": deal.bid},
            "actor": {
                "type": "ORGANIZATION",
                "id": str(deal.client.organization_id),
                "name": organization_name(world, deal.client),
            },
            "params": {
                "space": "Office Suite 101",
                "bid_amount": {"amount": 4500, "currency": "USD"},
                "version": 1,
                "status": "PENDING",
                "start_date": row["params"]["start_date"],
                "term_months": 12,
            },
        },
    }
    assert row["metadata"] == {"bid_id": deal.bid, "space_id": str(deal.space)}


def test_the_client_and_the_owners_colleagues_are_notified_of_a_decision(world, invoke, deal):
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
    # Whoever decided knows; their other windows hear of it all the same.
    assert len(told(world, deal.owner)) == before
    heard = frames()
    assert [frame["event"] for frame in heard[sockets[deal.owner]]] == ["bid:status_changed", "bid:updated"]
    for user in (deal.client, partner, colleague):
        change, _, news = heard[sockets[user]]
        assert (change["data"]["status"], change["data"]["contract_id"]) == ("APPROVED", deal.contract)
        assert (news["event"], news["data"]["title"]) == ("notification:new", "Bid Approved")


def test_frames_go_to_every_live_socket_of_a_user_and_to_no_dead_one(world, invoke, deal):
    first, second, expired = (socket_of(deal.owner) for _ in range(3))
    world.sql("UPDATE connections SET expires_at = now() WHERE connection_id = %(id)s", id=expired)
    assert Client().open(connect) == 200

    invoke(notify_people, *deal.events())

    assert set(frames()) == {first, second}


def test_a_socket_of_an_ended_session_gets_no_frames(world, invoke, deal):
    socket_of(deal.owner)
    world.sql("UPDATE sessions SET revoked_at = now() WHERE user_id = %(id)s", id=deal.owner.id)

    invoke(notify_people, *deal.events())

    assert frames() == {}
    assert len(told(world, deal.owner)) == 1


def test_an_event_delivered_repeatedly_notifies_once(world, invoke, deal):
    """Quality 18: in a batch, across batches, at the same time."""
    socket = socket_of(deal.owner)
    [placed] = deal.events()

    assert invoke(notify_people, *[placed] * 5) == []
    for _ in range(5):
        assert invoke(notify_people, placed) == []
    together([lambda: invoke(notify_people, placed)] * 3)

    assert len(told(world, deal.owner)) == 1
    assert len(frames()[socket]) == 3


@pytest.mark.parametrize("order", list(itertools.permutations(range(2))))
def test_a_deals_events_are_notified_in_their_order(world, invoke, deal, order):
    socket = socket_of(deal.owner)
    deal.approve()
    events = deal.events()

    for number in order:
        assert invoke(notify_people, events[number]) == []

    statuses = [frame["data"]["status"] for frame in frames()[socket] if frame["event"] == "bid:status_changed"]
    assert statuses == ["PENDING", "APPROVED"]
    assert len(told(world, deal.owner)) == len(told(world, deal.client)) == 1


def test_frames_that_could_not_be_queued_are_sent_by_the_next_delivery(world, invoke, deal, monkeypatch):
    socket = socket_of(deal.owner)
    with monkeypatch.context() as broken:
        broken.setenv("PUSH_QUEUE_URL", "http://127.0.0.1:1/123456789012/missing.fifo")
        broken.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
        assert invoke(notify_people, *deal.events()) == ["message-0"]
    assert told(world, deal.owner) == []

    assert invoke(notify_people, *deal.events()) == []

    assert len(told(world, deal.owner)) == 1
    assert len(frames()[socket]) == 3


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
        assert heard[socket][1]["event"] == "contract:updated"
        assert heard[socket][2]["data"]["type"] == "lease_milestone"


STEPS = {key.partition(":")[0] for key, entry in table.ENTRIES.items() if key.startswith("contract.") and entry.title}


@pytest.mark.parametrize("name", sorted(STEPS))
def test_both_sides_are_notified_of_each_step_of_a_contract(world, invoke, deal, name):
    deal.approve()
    state = {
        "signature_status": "SIGNED_BY_CLIENT",
        "terminates_on": "2027-03-01",
        "start_date": "2027-02-01",
        "end_date": "2028-01-31",
    }
    state |= {"contract_id": deal.contract, "amount": 100, "refundable_amount": 0, "holdover_percent": 150}

    assert invoke(notify_people, about_contract(world, deal, name, actor=deal.client, **state)) == []

    assert len(told(world, deal.owner)) == 1
    assert told(world, deal.client) == []


def test_the_second_signature_is_notified_once(world, invoke, deal):
    deal.approve()
    signed = about_contract(world, deal, "contract.signed", signature_status="FULLY_SIGNED")
    fully = about_contract(world, deal, "contract.fully_signed", signature_status="FULLY_SIGNED")

    assert invoke(notify_people, signed, fully) == []

    assert [title for title, _ in told(world, deal.client)] == ["Lease Executed"]


def test_only_users_who_may_read_payments_are_notified_of_one(world, invoke, deal):
    agent, finance = world.colleague(deal.owner, Role.AGENT), world.colleague(deal.owner, Role.FINANCIAL_OFFICER)
    deal.approve()
    event = about_contract(world, deal, "payment.recorded", actor=deal.owner, status="PAID")
    event["object_id"] = new_id()
    event["data"] |= {"contract_id": deal.contract, "amount": 4500, "tax_amount": 0, "paid_amount": 4500}

    assert invoke(notify_people, event) == []

    assert told(world, deal.client) == [
        ("Payment Recorded", "Your payment for Office Suite 101 was recorded: $4,500.00 of $4,500.00")
    ]
    assert len(told(world, finance)) == 1
    assert told(world, agent, deal.owner) == []


def newest(world, user):
    return world.sql("SELECT * FROM notifications WHERE user_id = %(id)s ORDER BY id DESC LIMIT 1", id=user.id)[0]


def test_each_user_is_notified_in_their_language(world, call, invoke, deal):
    colleague = world.colleague(deal.client)
    for user, language in ((deal.client, "de"), (colleague, "fr")):
        assert call(update_profile, as_=user, body={"language": language}).status == 200
    deal.approve()
    event = about_contract(world, deal, "payment.overdue", status="OVERDUE")
    event["object_id"] = new_id()
    event["data"] |= {"contract_id": deal.contract, "amount": "1234567.50", "paid_amount": 0, "due_date": "2027-02-01"}

    assert invoke(notify_people, event) == []

    assert told(world, deal.client) == [
        (
            "Zahlung überfällig",
            "Ihre Zahlung über 1.234.567,50\u00a0USD für Office Suite 101 war am 1. Februar 2027 fällig und ist "
            "überfällig",
        )
    ]
    assert told(world, colleague) == [
        (
            "Paiement en retard",
            "Votre paiement de 1\u202f234\u202f567,50\u00a0USD pour Office Suite 101 était dû le 1er février 2027 "
            "et est en retard",
        )
    ]
    assert told(world, deal.owner)[-1] == (
        "Payment Overdue",
        "A payment of $1,234,567.50 for Office Suite 101 was due on 1 February 2027 and is overdue",
    )
    # Programs read the same in every language.
    assert newest(world, deal.client)["params"] == newest(world, deal.owner)["params"]


def test_a_notification_names_the_actor_to_colleagues_and_only_the_organization_to_the_other_side(world, invoke, deal):
    colleague = world.colleague(deal.owner)
    invoke(notify_people, *deal.events())
    deal.approve()

    assert invoke(notify_people, deal.events()[-1]) == []

    named = newest(world, colleague)["actor"]
    assert named == {"type": "USER", "id": str(deal.owner.id), "name": deal.owner.name}
    assert newest(world, deal.client)["actor"] == {
        "type": "ORGANIZATION",
        "id": str(deal.owner.organization_id),
        "name": organization_name(world, deal.owner),
    }


@pytest.mark.parametrize("by_staff", [True, False])
def test_a_notification_of_an_automatic_event_has_no_actor(world, invoke, deal, by_staff):
    deal.approve()
    actor = world.user(Role.SUPER_ADMIN) if by_staff else None

    assert invoke(notify_people, about_contract(world, deal, "contract.started", actor=actor, status="ACTIVE")) == []

    row = newest(world, deal.client)
    assert (row["event"], row["subject_type"], row["subject_id"], row["actor"]) == (
        "contract.started",
        "contract",
        UUID(deal.contract),
        None,
    )


def test_everyone_who_may_see_an_object_gets_a_frame_with_its_new_version(world, call, invoke, deal):
    finance, agent = world.colleague(deal.owner, Role.FINANCIAL_OFFICER), world.colleague(deal.owner, Role.AGENT)
    sockets = {user: socket_of(user) for user in (deal.owner, deal.client, agent, finance)}
    deal.approve()
    frames()

    assert invoke(notify_people, *deal.events()) == []
    invoke(notify_people, about_contract(world, deal, "contract.authorized"))

    heard = frames()
    assert sockets[finance] not in heard
    bid = call(get_bid, as_=deal.client, path={"bid_id": deal.bid}).json
    last = [frame for frame in heard[sockets[deal.client]] if frame["event"] == "bid:updated"][-1]
    names = ("space_id", "contract_id", "status", "version", "updated_at")
    assert last["data"] == {"bid_id": bid["id"]} | {name: bid[name] for name in names}
    contracts = {
        user: [f for f in heard[sockets[user]] if f["event"] == "contract:updated"]
        for user in sockets
        if user != finance
    }
    assert [len(contracts[user]) for user in (deal.owner, deal.client, agent)] == [1, 1, 0]
    assert contracts[deal.client][0]["data"]["contract_id"] == deal.contract


def test_only_the_owners_side_gets_frames_about_an_unsent_draft(world, invoke, deal):
    deal.approve()
    owner, _ = socket_of(deal.owner), socket_of(deal.client)
    frames()

    assert invoke(notify_people, about_contract(world, deal, "contract.drafted")) == []

    heard = frames()
    assert [frame["event"] for frame in heard[owner]] == ["contract:updated"]
    assert set(heard) == {owner}
    assert told(world, deal.owner, deal.client) == []


def test_whoever_declines_is_named_to_the_other_side_with_the_reason(world, call, invoke, deal):
    declined = Signing(world, call)
    declined.run(render_lease, request_signatures)
    path = {"contract_id": declined.contract}
    body = {"reason": "The bank said {no}"}
    assert call(decline_contract, as_=declined.owner, path=path, body=body).status == 200
    [event] = [one for one in world.event_details(declined.contract) if one["name"] == "contract.declined"]

    assert invoke(notify_people, event) == []

    space = world.sql("SELECT name FROM spaces WHERE id = %(id)s", id=declined.space)[0]["name"]
    owner = organization_name(world, declined.owner)
    assert told(world, declined.client)[-1] == (
        "Lease Declined",
        f"{owner} declined the lease for {space}: The bank said {{no}}",
    )
    [row] = world.sql(
        "SELECT params FROM notifications WHERE user_id = %(id)s AND event = 'contract.declined'", id=declined.client.id
    )
    assert (row["params"]["declined_by"], row["params"]["reason"]) == (owner, "The bank said {no}")
