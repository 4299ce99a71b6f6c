"""Conversations about a space, a bid or a contract: who is in them, and that there is one for each client."""

import pytest

from functions.bids.place_bid import place_bid
from functions.messages.list_conversations import list_conversations
from functions.messages.list_messages import list_messages
from functions.messages.open_conversation import open_conversation
from functions.messages.send_message import send_message
from functions.organizations.grant_mandate import grant_mandate
from shared.kit.catalog import Role
from shared.kit.ids import new_id
from tests.leasing.deal import Deal


def write(call, writer, kind, object_id, *others, content="Hello"):
    body = {"context": {"type": kind, "id": object_id}, "content": content}
    body |= {"participant_ids": [one.id for one in others]} if others else {}
    return call(open_conversation, as_=writer, body=body)


def people_in(call, reader):
    [conversation] = call(list_conversations, as_=reader).json["data"]
    return {person["id"] for person in conversation["participants"]}


def test_a_client_asks_about_a_listed_space_and_its_owner_is_in_the_conversation(world, call):
    owner, client = world.owner(), world.client()
    space = world.space(owner)

    asked, again = (write(call, client, "SPACE", space, content=text) for text in ("Is it quiet?", "And bright?"))

    assert (asked.status, again.status) == (201, 200)
    assert asked.json["conversation_id"] == again.json["conversation_id"]
    assert asked.json["receiver_id"] == str(owner.id)
    assert people_in(call, owner) == {str(owner.id), str(client.id)}
    [conversation] = call(list_conversations, as_=owner, query={"context_type": "SPACE", "context_id": space}).json[
        "data"
    ]
    assert (conversation["context"], conversation["unread_count"]) == ({"type": "SPACE", "id": str(space)}, 2)
    assert call(list_conversations, as_=owner, query={"context_type": "BID"}).json["data"] == []


def test_whoever_was_asked_about_a_space_may_write_to_the_one_who_asked(world, call):
    owner, client, rival = world.owner(), world.client(), world.client()
    write(call, client, "SPACE", world.space(owner))

    body = {"receiver_id": client.id, "content": "It is."}
    assert call(send_message, as_=owner, body=body).status == 201
    assert call(send_message, as_=rival, body=body).status == 404


def test_each_client_has_a_conversation_of_its_own_and_colleagues_share_one(world, call):
    owner, client, rival = world.owner(), world.client(), world.client()
    space = world.space(owner)
    first = write(call, client, "SPACE", space).json["conversation_id"]
    second = write(call, rival, "SPACE", space).json["conversation_id"]
    colleague = world.colleague(client)
    joined = write(call, colleague, "SPACE", space)

    assert first != second
    assert (joined.status, joined.json["conversation_id"], joined.json["receiver_id"]) == (200, first, None)
    assert people_in(call, colleague) == {str(one.id) for one in (owner, client, colleague)}
    assert call(list_messages, as_=rival, path={"conversation_id": first}).status == 404


def test_the_owners_side_names_whom_it_asks_about_a_space(world, call):
    deal = Deal(world, call)
    reply = write(call, deal.owner, "SPACE", deal.space)
    assert (reply.status, reply.fields) == (400, ["participant_ids"])
    assert write(call, deal.owner, "SPACE", deal.space, world.client()).status == 404
    assert write(call, deal.owner, "SPACE", deal.space, deal.client).json["receiver_id"] == str(deal.client.id)
    # The client finds the same conversation.
    assert write(call, deal.client, "SPACE", deal.space).status == 200


@pytest.mark.parametrize("kind", ["BID", "CONTRACT"])
def test_both_sides_of_a_deal_write_in_one_conversation(world, call, kind):
    deal = Deal(world, call)
    about = deal.bid if kind == "BID" else deal.contract

    asked = write(call, deal.owner, kind, about)
    answered = write(call, deal.client, kind, about)

    assert (asked.status, answered.status) == (201, 200)
    assert asked.json["receiver_id"] == str(deal.client.id)
    assert asked.json["conversation_id"] == answered.json["conversation_id"]


def test_a_broker_writes_about_their_clients_bid(world, call):
    owner, client, broker = world.owner(), world.client(), world.user(Role.BROKER)
    assert call(grant_mandate, as_=client, body={"broker_id": broker.id}).status == 201
    body = {"space_id": world.space(owner), "bid_amount": 4000, "on_behalf_of": client.organization_id}
    bid = call(place_bid, as_=broker, body=body).json["id"]

    first = write(call, broker, "BID", bid)
    second = write(call, client, "BID", bid)

    assert (first.status, second.status) == (201, 200)
    assert first.json["conversation_id"] == second.json["conversation_id"]
    assert people_in(call, owner) == {str(one.id) for one in (owner, client, broker)}


def test_what_the_writer_may_not_see_is_not_found(world, call):
    deal = Deal(world, call)
    hidden = world.space(deal.owner, is_leasable=False)
    for writer in (world.client(), world.owner(), world.user(Role.CONTRACTOR), world.user(Role.SUPER_ADMIN)):
        assert write(call, writer, "BID", deal.bid).status == 404
        assert write(call, writer, "CONTRACT", deal.contract).status == 404
        assert write(call, writer, "SPACE", hidden).status == 404
    # An owner's agent keeps bids, and no leases.
    agent = world.colleague(deal.owner, Role.AGENT)
    assert write(call, agent, "CONTRACT", deal.contract).status == 404
    assert write(call, agent, "BID", deal.bid).status == 201
    assert write(call, deal.client, "SPACE", new_id()).status == 404
    assert write(call, deal.client, "BID", deal.bid, world.client()).status == 404


def test_nobody_is_named_twice(world, call):
    client = world.client()
    colleague = world.colleague(client)
    reply = write(call, client, "SPACE", world.space(), colleague, colleague)
    assert (reply.status, reply.fields) == (400, ["participant_ids"])
