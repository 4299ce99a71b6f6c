"""A broker acts for its clients, and for nobody else: `on_behalf_of` in bids, over REST and WebSocket."""

import pytest

from functions.bids.approve_bid import approve_bid
from functions.bids.list_bids import list_bids
from functions.bids.place_bid import place_bid
from functions.bids.withdraw_bid import withdraw_bid
from functions.contracts.decline_contract import decline_contract
from functions.contracts.download_contract import download_contract
from functions.contracts.get_contract import get_contract
from functions.contracts.get_ledger import get_ledger
from functions.contracts.list_contracts import list_contracts
from functions.contracts.sign_contract import sign_contract
from functions.leasing.activate_contract import activate_contract
from functions.leasing.render_lease import render_lease
from functions.leasing.request_signatures import request_signatures
from functions.leasing.schedule_payments import schedule_payments
from functions.organizations.list_members import list_members
from functions.organizations.update_organization import update_organization
from functions.payments.get_payment import get_payment
from functions.payments.list_payments import list_payments
from functions.realtime.connect import connect
from shared.kit.catalog import Role
from tests.call import other_id, together
from tests.organizations.mandated import MOVES, Mandated
from tests.realtime.sockets import Client


@pytest.fixture
def parties(world):
    return Mandated(world)


def socket_of(user):
    socket = Client()
    assert socket.open(connect, token=user.token()) == 200
    return socket


def test_a_bid_for_a_client_names_broker_and_client_to_both_sides(world, parties):
    placed = parties.place().json

    for user in (parties.broker, parties.client, parties.owner):
        bid = parties.seen(placed["id"], by=user).json
        assert (bid["client_id"], bid["client"]["name"]) == (str(parties.client.id), parties.client.name)
        assert (bid["broker_id"], bid["broker"]["name"]) == (str(parties.broker.id), parties.broker.name)
        assert bid["client_organization_id"] == str(parties.client.organization_id)
        assert parties.client.email not in str(bid) and parties.broker.email not in str(bid)


def test_the_audit_log_names_the_broker_and_their_client_for_each_version(world, parties):
    bid = parties.place().json["id"]
    parties.counter(bid)
    parties.move("revise", bid)
    parties.counter(bid)
    parties.move("accept", bid)

    broker, owner = str(parties.broker.id), str(parties.owner.id)
    assert [(one["side"], one["author_id"]) for one in parties.seen(bid).json["versions"]] == [
        ("CLIENT", broker),
        ("OWNER", owner),
        ("CLIENT", broker),
        ("OWNER", owner),
    ]
    behalf = parties.client.organization_id
    books = [(row["action"], str(row["user_id"]), row["on_behalf_of"]) for row in world.audits(bid)]
    assert books == [
        ("bid.placed", broker, behalf),
        ("bid.countered", owner, None),
        ("bid.revised", broker, behalf),
        ("bid.countered", owner, None),
        ("bid.approved", broker, behalf),
    ]
    versions = world.sql("SELECT client_organization_id FROM bid_versions WHERE bid_id = %(id)s", id=bid)
    assert {row["client_organization_id"] for row in versions} == {behalf}


@pytest.mark.parametrize("move", MOVES)
@pytest.mark.parametrize("named", [True, False])
def test_a_broker_may_make_every_move_of_their_client(world, parties, move, named):
    bid = parties.place().json["id"]
    parties.counter(bid)

    reply = parties.move(move, bid, **({"on_behalf_of": parties.client.organization_id} if named else {}))

    assert reply.status == 200
    assert (reply.json["client_id"], reply.json["broker_id"]) == (str(parties.client.id), str(parties.broker.id))


@pytest.mark.parametrize("move", MOVES)
def test_a_broker_who_continues_a_clients_own_bid_is_named_from_then_on(world, parties, move):
    bid = parties.place(by=parties.client, on_behalf_of=None).json
    assert bid["broker"] is None
    parties.counter(bid["id"])

    assert parties.move(move, bid["id"]).json["broker"]["name"] == parties.broker.name


@pytest.mark.parametrize("move", MOVES)
def test_a_move_that_names_another_client_is_not_found(world, parties, move):
    bid = parties.place().json["id"]
    parties.counter(bid)
    other = Mandated(world).client

    for organization in (other.organization_id, parties.broker.organization_id, parties.owner.organization_id):
        assert parties.move(move, bid, on_behalf_of=organization).status == 404
    assert parties.seen(bid).json["status"] == "COUNTER_OFFERED"


@pytest.mark.parametrize("who", ["no mandate", "another broker's client", "the owner", "nobody"])
def test_without_a_mandate_nobody_bids_for_another(world, parties, who):
    organizations = {
        "no mandate": world.client().organization_id,
        "another broker's client": Mandated(world).client.organization_id,
        "the owner": parties.owner.organization_id,
        "nobody": other_id(),
    }

    reply = parties.place(on_behalf_of=organizations[who])

    assert (reply.status, reply.json["error"]) == (404, parties.place(on_behalf_of=other_id()).json["error"])
    assert world.sql("SELECT id FROM bids WHERE space_id = %(id)s", id=parties.space) == []


def test_a_client_bids_only_for_their_own_organization(world, parties):
    other = world.client()

    assert parties.place(by=other).status == 404
    assert parties.place(by=other, on_behalf_of=other.organization_id).status == 201


def test_without_naming_anybody_the_bid_is_the_brokers_own(world, parties):
    bid = parties.place(on_behalf_of=None).json

    assert bid["client_organization_id"] == str(parties.broker.organization_id)
    assert (bid["client_id"], bid["broker"]) == (str(parties.broker.id), None)
    assert parties.seen(bid["id"], by=parties.client).status == 404
    [audit] = world.audits(bid["id"])
    assert audit["on_behalf_of"] is None


def test_a_client_and_their_broker_at_once_place_one_bid(world, parties):
    calls = [parties.place, lambda: parties.place(by=parties.client, on_behalf_of=None)] * 10

    replies = together(calls)

    assert sorted(reply.status for reply in replies) == [201] + [409] * 19
    assert {reply.code for reply in replies if reply.status == 409} == {"BID_ALREADY_OPEN"}


def test_a_broker_bids_for_a_client_over_a_socket_too(world, parties):
    socket = socket_of(parties.broker)
    data = {"space_id": str(parties.space), "bid_amount": 4000, "on_behalf_of": str(parties.client.organization_id)}

    placed = socket.say(place_bid, "bid:place", data)
    bid = placed["data"]["bid_id"]
    seen = parties.seen(bid).json
    withdrawn = socket.say(withdraw_bid, "bid:withdraw", {"bid_id": bid, "on_behalf_of": data["on_behalf_of"]})

    assert (seen["client_id"], seen["broker_id"]) == (str(parties.client.id), str(parties.broker.id))
    assert withdrawn["data"]["status"] == "WITHDRAWN"
    assert [row["on_behalf_of"] for row in world.audits(bid)] == [parties.client.organization_id] * 2


def test_a_socket_allows_a_broker_no_more_than_rest(world, parties):
    bid = parties.place().json["id"]
    socket = socket_of(world.user(Role.BROKER))
    foreign = {"space_id": str(parties.space), "bid_amount": 1, "on_behalf_of": str(parties.client.organization_id)}
    missing = foreign | {"on_behalf_of": str(other_id())}

    refused = [socket.say(place_bid, "bid:place", data) for data in (foreign, missing)]
    refused += [socket.say(withdraw_bid, "bid:withdraw", {"bid_id": id}) for id in (bid, str(other_id()))]

    assert [frame["data"]["code"] for frame in refused] == ["NOT_FOUND"] * 4
    assert refused[0] == refused[1] and refused[2] == refused[3]
    revoked = parties.revoke()
    assert revoked.status == 204
    again = socket_of(parties.broker).say(withdraw_bid, "bid:withdraw", {"bid_id": bid})
    assert again["data"]["code"] == "NOT_FOUND"


@pytest.fixture
def lease(world, call, parties):
    """An executed lease that came of the broker's bid, up to the client's signature."""
    bid = parties.place().json["id"]
    contract = call(approve_bid, as_=parties.owner, path={"bid_id": bid}, body={}).json["contract_id"]
    for step in (render_lease, request_signatures):
        step({"contract_id": contract, "correlation_id": "saga", "task_token": "token-1"}, None)
    return contract


def test_a_broker_never_signs_or_declines_for_its_client(world, call, parties, lease):
    path, consent = {"contract_id": lease}, {"signature": parties.broker.name, "consent": True}

    signed = call(sign_contract, as_=parties.broker, path=path, body=consent)
    declined = call(decline_contract, as_=parties.broker, path=path, body={"reason": "No"})

    assert {signed.status, declined.status} <= {403, 404, 409}
    assert world.sql("SELECT id FROM signatures WHERE contract_id = %(id)s", id=lease) == []
    [row] = world.sql("SELECT status, signature_status FROM contracts WHERE id = %(id)s", id=lease)
    assert row == {"status": "PENDING_SIGNATURE", "signature_status": "NONE"}


def test_a_broker_sees_its_clients_deals_and_money_as_the_client_does(world, call, parties, lease):
    for user in (parties.client, parties.owner):
        body = {"signature": user.name, "consent": True}
        assert call(sign_contract, as_=user, path={"contract_id": lease}, body=body).status == 200
    for step in (schedule_payments, activate_contract):
        step({"contract_id": lease, "correlation_id": "saga"}, None)
    payment = call(list_payments, as_=parties.client).json["data"][0]["id"]
    asked = [
        (list_bids, None),
        (list_contracts, None),
        (list_payments, None),
        (get_contract, {"contract_id": lease}),
        (get_ledger, {"contract_id": lease}),
        (download_contract, {"contract_id": lease}),
        (get_payment, {"payment_id": payment}),
    ]

    for endpoint, path in asked:
        seen, own = (call(endpoint, as_=user, path=path) for user in (parties.broker, parties.client))
        assert (seen.status, seen.body) == (200, own.body), endpoint.operation.name
    parties.revoke()
    for endpoint, path in asked:
        reply = call(endpoint, as_=parties.broker, path=path)
        assert reply.status == 404 if path else reply.json["data"] == [], endpoint.operation.name


def test_a_mandate_reveals_nothing_of_the_clients_organization(world, call, parties):
    for listed in call(list_members, as_=parties.broker).json["data"]:
        assert listed["id"] == str(parties.broker.id)
    before = world.sql("SELECT name FROM organizations WHERE id = %(id)s", id=parties.client.organization_id)

    call(update_organization, as_=parties.broker, body={"name": "Taken over"})

    after = world.sql("SELECT name FROM organizations WHERE id = %(id)s", id=parties.client.organization_id)
    assert after == before
