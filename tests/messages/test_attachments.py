"""Files that are attached to messages: whoever reads the message opens them."""

import pytest

from functions.files.delete_upload import delete_upload
from functions.files.download_file import download_file
from functions.messages.add_message import add_message
from functions.messages.list_messages import list_messages
from functions.messages.open_conversation import open_conversation
from functions.messages.take_back_message import take_back_message
from shared.kit.catalog import Role
from tests.call import call, other_id
from tests.files.pictures import picture, upload


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


def attached(who):
    reply = upload(who, picture(), purpose="MESSAGE_ATTACHMENT", file_name="Kitchen.jpg")
    assert reply.status == 200, reply.json
    return reply.json["id"]


def write(who, conversation, *attachments):
    body = {"content": "See here", "attachments": list(attachments)}
    return call(add_message, as_=who, path={"conversation_id": conversation}, body=body)


def newest(who, conversation):
    return call(list_messages, as_=who, path={"conversation_id": conversation}).json["data"][0]


def may_open(who, file_id):
    accept = {"accept": "application/json"}
    return call(download_file, as_=who, path={"file_id": file_id}, headers=accept).status == 200


def test_whoever_is_in_the_conversation_opens_it_and_nobody_else(world, owner, client, conversation):
    file_id = attached(client)
    assert not may_open(owner, file_id)

    assert write(client, conversation, file_id).status == 201

    [shown] = newest(owner, conversation)["attachments"]
    assert (shown["id"], shown["file_name"], shown["content_type"]) == (file_id, "Kitchen.jpg", "image/jpeg")
    assert shown["size_bytes"] > 0
    assert may_open(owner, file_id)
    colleague = world.colleague(client, Role.FINANCIAL_OFFICER)
    for stranger in (colleague, world.client(), world.owner(), world.user(Role.SUPPORT)):
        assert not may_open(stranger, file_id)


def test_attachments_keep_their_order(owner, client, conversation):
    files = [attached(client) for _ in range(3)]
    files = [files[2], files[0], files[1]]

    assert write(client, conversation, *files).status == 201

    assert [one["id"] for one in newest(owner, conversation)["attachments"]] == files


def test_what_is_attached_cannot_be_deleted_until_it_is_taken_back(owner, client, conversation):
    file_id = attached(client)
    message_id = write(client, conversation, file_id).json["message_id"]
    assert call(delete_upload, as_=client, path={"upload_id": file_id}).code == "FILE_IN_USE"

    assert call(take_back_message, as_=client, path={"message_id": message_id}).status == 204

    assert newest(owner, conversation)["attachments"] == []
    assert not may_open(owner, file_id)
    assert call(delete_upload, as_=client, path={"upload_id": file_id}).status == 204


def test_only_ones_own_files_that_were_uploaded_for_messages_are_attached(world, owner, client, conversation):
    assert write(client, conversation, attached(owner)).status == 404
    assert write(client, conversation, other_id()).status == 404
    avatar = upload(client, picture(), purpose="AVATAR").json["id"]
    wrong = write(client, conversation, avatar)
    assert (wrong.status, wrong.fields) == (400, ["attachments"])
    assert newest(owner, conversation)["content"] == "May we see it?"


def test_a_message_has_at_most_five_different_attachments(client, conversation):
    file_id = other_id()

    for attachments in ([other_id() for _ in range(6)], [file_id, file_id]):
        refused = write(client, conversation, *attachments)
        assert (refused.status, refused.fields) == (400, ["attachments"])
