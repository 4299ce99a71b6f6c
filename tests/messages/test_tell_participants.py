"""What open sockets hear of conversations."""

from functions.messages.add_message import add_message
from functions.messages.assign_conversation import assign_conversation
from functions.messages.block_user import block_user
from functions.messages.mark_conversation_read import mark_conversation_read
from functions.messages.open_conversation import open_conversation
from functions.messages.send_message import send_message
from functions.messages.take_back_message import take_back_message
from functions.messages.tell_participants import tell_participants
from functions.realtime.connect import connect
from shared.kit.catalog import Role
from tests.call import invoke
from tests.realtime.sockets import Client, frames


def opened(user):
    socket = Client()
    assert socket.open(connect, token=user.token()) == 200
    return socket


def told(world, conversation):
    """What each socket hears once everything has been delivered five times."""
    frames()
    for event in world.event_details(conversation):
        assert invoke(tell_participants, *[event] * 5) == []
    return frames()


def test_every_socket_of_everybody_in_it_hears_of_a_conversation_once_and_in_order(world, call):
    owner = world.owner()
    colleague = world.colleague(owner)
    sockets = [opened(owner), opened(owner), opened(colleague)]
    stranger = opened(world.colleague(owner))
    body = {"receiver_id": colleague.id, "content": "x" * 2_001}
    first = call(send_message, as_=owner, body=body).json
    conversation, message = first["conversation_id"], first["message_id"]
    second = call(add_message, as_=owner, path={"conversation_id": conversation}, body={"content": "Well"}).json
    path = {"conversation_id": conversation}
    for _ in range(2):
        mark = {"up_to_message_id": second["message_id"]}
        assert call(mark_conversation_read, as_=colleague, path=path, body=mark).status == 200
    assert call(take_back_message, as_=owner, path={"message_id": message}).status == 204

    heard = told(world, conversation)

    assert [frame["event"] for frame in heard[sockets[0].id]] == [
        "message:new", "message:new", "message:read", "message:taken_back",
    ]  # fmt: skip
    assert heard[sockets[0].id] == heard[sockets[1].id] == heard[sockets[2].id]
    assert stranger.id not in heard
    # By the time that it was told, the first one had been taken back.
    assert [frame["data"] for frame in heard[sockets[0].id]] == [
        {
            "message_id": message, "conversation_id": conversation, "sender_id": str(owner.id), "content": None,
            "truncated": False, "attachments": [], "sent_at": first["sent_at"],
        },
        {
            "message_id": second["message_id"], "conversation_id": conversation, "sender_id": str(owner.id),
            "content": "Well", "truncated": False, "attachments": [], "sent_at": second["sent_at"],
        },
        {"conversation_id": conversation, "user_id": str(colleague.id), "up_to_message_id": second["message_id"]},
        {"message_id": message, "conversation_id": conversation},
    ]  # fmt: skip


def test_a_long_message_is_cut_so_that_its_frame_stays_below_32_kb(world, call):
    owner = world.owner()
    colleague = world.colleague(owner)
    socket = opened(colleague)
    sent = call(send_message, as_=owner, body={"receiver_id": colleague.id, "content": "\U0001f3e2" * 10_000}).json

    [frame] = told(world, sent["conversation_id"])[socket.id]

    assert (frame["data"]["content"], frame["data"]["truncated"]) == ("\U0001f3e2" * 2_000, True)


def test_whoever_blocked_the_writer_hears_nothing_and_neither_does_an_ended_session(world, call):
    owner, client = world.owner(), world.client()
    third = world.colleague(client)
    gone, blocker, other = opened(client), opened(owner), opened(third)
    body = {
        "context": {"type": "SPACE", "id": world.space(owner)}, "content": "Hello", "participant_ids": [third.id],
    }  # fmt: skip
    conversation = call(open_conversation, as_=client, body=body).json["conversation_id"]
    assert call(block_user, as_=owner, path={"user_id": client.id}).status == 200
    world.sql("UPDATE sessions SET revoked_at = now() WHERE id = %(id)s", id=client.session_id)

    heard = told(world, conversation)

    assert set(heard) == {other.id}
    assert gone.id not in heard and blocker.id not in heard


def test_a_message_is_sent_over_the_socket_as_by_rest(world, call):
    owner = world.owner()
    colleague, stranger = world.colleague(owner), opened(world.client())
    socket = opened(owner)
    sent = call(send_message, as_=colleague, body={"receiver_id": owner.id, "content": "Hello"}).json
    said = {"conversation_id": sent["conversation_id"], "content": "Yes?"}

    assert stranger.say(add_message, "message:send", said)["data"]["code"] == "NOT_FOUND"
    assert Client().say(add_message, "message:send", said)["data"]["code"] == "UNAUTHORIZED"
    for bad in (
        {**said, "content": ""},
        {**said, "content": "x" * 2_001},
        {"content": "Yes?"},
        {**said, "sender_id": str(owner.id)},
    ):
        assert socket.say(add_message, "message:send", bad)["data"]["code"] == "VALIDATION_ERROR"
    longest = socket.say(add_message, "message:send", {**said, "content": "\U0001f3e2" * 2_000})
    assert longest["event"] == "message:sent"
    answer = socket.say(add_message, "message:send", said, request_id="r")

    [_, _, row] = world.sql(
        "SELECT id, content FROM messages WHERE conversation_id = %(id)s ORDER BY seq", id=sent["conversation_id"]
    )
    assert (answer["event"], answer["request_id"]) == ("message:sent", "r")
    assert (answer["data"]["message_id"], row["content"]) == (str(row["id"]), "Yes?")


def test_everybody_hears_which_agent_was_assigned_the_agent_too(world, call):
    owner, client = world.owner(), world.client()
    about = {"type": "SPACE", "id": world.space(owner)}
    begun = call(open_conversation, as_=client, body={"content": "May we see it?", "context": about}).json
    agent = world.colleague(owner, Role.AGENT)
    sockets = [opened(owner), opened(client), opened(agent)]
    path = {"conversation_id": begun["conversation_id"]}
    assert call(assign_conversation, as_=owner, path=path, body={"guide_id": agent.id}).status == 200

    heard = told(world, begun["conversation_id"])

    for socket in sockets:
        assigned = [frame["data"] for frame in heard[socket.id] if frame["event"] == "conversation:assigned"]
        assert assigned == [{"conversation_id": begun["conversation_id"], "guide_id": str(agent.id)}]
