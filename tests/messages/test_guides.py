"""An agent is assigned to a conversation, and joins it."""

import pytest

from functions.messages.assign_conversation import assign_conversation
from functions.messages.get_conversation import get_conversation
from functions.messages.list_messages import list_messages
from functions.messages.open_conversation import open_conversation
from functions.messages.send_message import send_message
from shared.kit.catalog import Role
from tests.call import call, together


@pytest.fixture
def owner(world):
    return world.owner()


@pytest.fixture
def client(world):
    return world.client()


@pytest.fixture
def conversation(world, owner, client):
    about = {"type": "SPACE", "id": world.space(owner)}
    reply = call(open_conversation, as_=client, body={"content": "May we see it?", "context": about})
    return reply.json["conversation_id"]


def assign(as_, conversation, guide_id):
    return call(assign_conversation, as_=as_, path={"conversation_id": conversation}, body={"guide_id": guide_id})


def test_the_agent_is_in_the_conversation_and_reads_what_was_written_before(world, owner, client, conversation):
    agent = world.colleague(owner, Role.AGENT)

    reply = assign(owner, conversation, agent.id)

    assert (reply.status, reply.json) == (200, {"id": conversation, "guide_id": str(agent.id)})
    shown = call(get_conversation, as_=client, path={"conversation_id": conversation}).json
    assert shown["guide_id"] == str(agent.id)
    assert str(agent.id) in [one["id"] for one in shown["participants"]]
    [message] = call(list_messages, as_=agent, path={"conversation_id": conversation}).json["data"]
    assert message["content"] == "May we see it?"
    assert "conversation.assigned" in world.events(conversation)


def test_the_same_agent_again_changes_nothing(world, owner, conversation):
    agent = world.colleague(owner, Role.AGENT)
    assign(owner, conversation, agent.id)

    assert assign(owner, conversation, agent.id).status == 200

    assert world.events(conversation).count("conversation.assigned") == 1


def test_a_colleague_who_was_not_in_it_assigns_too(world, owner, conversation):
    agents = [world.colleague(owner, Role.AGENT) for _ in range(2)]

    assert assign(agents[0], conversation, agents[1].id).status == 200


def test_only_an_agent_of_the_owners_organization_can_be_assigned(world, owner, conversation):
    stranger = world.colleague(world.owner(), Role.AGENT)

    for person in (world.colleague(owner, Role.FINANCIAL_OFFICER), stranger):
        reply = assign(owner, conversation, person.id)
        assert (reply.status, reply.fields) == (400, ["guide_id"])


def test_another_organizations_conversation_is_not_found(world, conversation):
    stranger = world.colleague(world.owner(), Role.AGENT)

    assert assign(stranger, conversation, stranger.id).status == 404


def test_a_client_assigns_nobody(world, owner, client, conversation):
    assert assign(client, conversation, world.colleague(owner, Role.AGENT).id).status == 403


def test_a_conversation_of_two_people_has_no_guide(world, owner):
    agent = world.colleague(owner, Role.AGENT)
    begun = call(send_message, as_=owner, body={"content": "Good morning", "receiver_id": agent.id}).json

    assert assign(owner, begun["conversation_id"], agent.id).status == 404


def test_of_two_who_assign_at_once_both_agents_are_in_it_and_one_guides(world, owner, client, conversation):
    agents = [world.colleague(owner, Role.AGENT) for _ in range(2)]

    replies = together([lambda agent=agent: assign(owner, conversation, agent.id) for agent in agents])

    assert [reply.status for reply in replies] == [200, 200]
    shown = call(get_conversation, as_=client, path={"conversation_id": conversation}).json
    assert shown["guide_id"] in [str(agent.id) for agent in agents]
    assert {str(agent.id) for agent in agents} <= {one["id"] for one in shown["participants"]}
