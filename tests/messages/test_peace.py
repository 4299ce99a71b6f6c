"""Whom people block, what they report, and what the platform's support may do."""

from functions.messages.add_message import add_message
from functions.messages.block_user import block_user
from functions.messages.get_conversation import get_conversation
from functions.messages.intervene import intervene
from functions.messages.list_conversations import list_conversations
from functions.messages.list_messages import list_messages
from functions.messages.list_reports import list_reports
from functions.messages.open_conversation import open_conversation
from functions.messages.report_message import report_message
from functions.messages.send_message import send_message
from functions.messages.take_back_message import take_back_message
from functions.messages.unblock_user import unblock_user
from shared.kit.catalog import Role


def send(call, sender, receiver, content="Hello"):
    return call(send_message, as_=sender, body={"receiver_id": receiver.id, "content": content})


def add(call, sender, conversation, content):
    return call(add_message, as_=sender, path={"conversation_id": conversation}, body={"content": content})


def texts(call, reader, conversation):
    reply = call(list_messages, as_=reader, path={"conversation_id": conversation})
    return [message["content"] for message in reply.json["data"]]


def test_whoever_is_blocked_cannot_write_to_the_blocker_alone_in_any_way(world, call):
    owner, client = world.owner(), world.client()
    body = {"context": {"type": "SPACE", "id": world.space(owner)}, "content": "Hello"}
    conversation = call(open_conversation, as_=client, body=body).json["conversation_id"]
    assert send(call, owner, world.colleague(owner)).status == 201
    blocked = call(block_user, as_=owner, path={"user_id": client.id})
    assert (blocked.status, blocked.json["is_blocked"]) == (200, True)
    assert call(block_user, as_=owner, path={"user_id": client.id}).status == 200

    assert add(call, client, conversation, "And?").code == "BLOCKED"
    assert call(open_conversation, as_=client, body=body).code == "BLOCKED"
    assert texts(call, client, conversation) == ["Hello"]
    # The blocker may still write.
    assert add(call, owner, conversation, "No more, please").status == 201
    assert call(unblock_user, as_=owner, path={"user_id": client.id}).status == 204
    assert call(unblock_user, as_=owner, path={"user_id": client.id}).status == 404
    assert add(call, client, conversation, "And now?").status == 201


def test_a_blocked_correspondent_is_refused(world, call):
    owner = world.owner()
    colleague = world.colleague(owner)
    assert call(block_user, as_=colleague, path={"user_id": owner.id}).status == 200
    assert (send(call, owner, colleague).status, send(call, owner, colleague).code) == (403, "BLOCKED")
    assert call(list_conversations, as_=colleague).json["data"] == []


def test_in_a_larger_conversation_only_the_blocker_does_not_see_it(world, call):
    owner, client = world.owner(), world.client()
    third = world.colleague(client)
    body = {
        "context": {"type": "SPACE", "id": world.space(owner)}, "content": "Before", "participant_ids": [third.id],
    }  # fmt: skip
    conversation = call(open_conversation, as_=client, body=body).json["conversation_id"]
    assert call(block_user, as_=owner, path={"user_id": client.id}).status == 200

    assert add(call, client, conversation, "After").status == 201

    assert texts(call, owner, conversation) == ["Before"]
    assert texts(call, third, conversation) == ["After", "Before"]
    [seen] = call(list_conversations, as_=owner).json["data"]
    assert (seen["unread_count"], seen["last_message"]["content"]) == (1, "Before")
    assert call(unblock_user, as_=owner, path={"user_id": client.id}).status == 204
    assert texts(call, owner, conversation) == ["After", "Before"]


def test_strangers_cannot_be_blocked_and_so_not_be_found(world, call):
    owner = world.owner()
    for stranger in (world.owner(), world.client(), owner):
        assert call(block_user, as_=owner, path={"user_id": stranger.id}).status == 404


def test_a_reported_message_is_kept_for_support_who_may_then_read_its_conversation(world, call):
    owner, support = world.owner(), world.user(Role.SUPPORT)
    colleague = world.colleague(owner)
    sent = send(call, owner, colleague, "An insult").json
    conversation, path = sent["conversation_id"], {"message_id": sent["message_id"]}
    assert call(get_conversation, as_=support, path={"conversation_id": conversation}).status == 404
    assert call(report_message, as_=world.client(), path=path, body={"reason": "Rude"}).status == 404

    assert call(report_message, as_=colleague, path=path, body={"reason": "Rude"}).status == 201
    assert call(report_message, as_=colleague, path=path, body={"reason": "Rude"}).code == "ALREADY_REPORTED"
    assert call(take_back_message, as_=owner, path=path).status == 204
    assert call(report_message, as_=owner, path=path, body={"reason": "Rude"}).code == "ALREADY_TAKEN_BACK"

    reports = call(list_reports, as_=support).json["data"]
    [report] = [one for one in reports if one["message_id"] == sent["message_id"]]
    assert (report["content"], report["reason"]) == ("An insult", "Rude")
    assert (report["sender_id"], report["reporter_id"]) == (str(owner.id), str(colleague.id))
    assert texts(call, support, conversation) == [None]
    assert call(get_conversation, as_=support, path={"conversation_id": conversation}).status == 200
    reads = [row["action"] for row in world.audits(conversation)]
    assert {"list_messages.read", "get_conversation.read"} <= set(reads)
    assert call(list_reports, as_=owner).status == 403


def test_support_intervenes_and_everybody_sees_that_it_did(world, call):
    owner, support = world.owner(), world.user(Role.SUPPORT)
    conversation = send(call, owner, world.colleague(owner)).json["conversation_id"]
    path = {"conversation_id": conversation}

    assert call(intervene, as_=owner, path=path, body={"content": "Stop"}).status == 403
    assert call(intervene, as_=support, path=path, body={"content": "Please stay polite"}).status == 201
    assert call(intervene, as_=support, path={"conversation_id": owner.id}, body={"content": "Hi"}).status == 404

    [said, _] = call(list_messages, as_=owner, path=path).json["data"]
    assert (said["content"], said["is_admin_intervention"]) == ("Please stay polite", True)
    [conversation_seen] = call(list_conversations, as_=owner).json["data"]
    assert (len(conversation_seen["participants"]), conversation_seen["unread_count"]) == (2, 1)
    assert "conversation.written" in [row["action"] for row in world.audits(conversation)]
