"""Who may write to whom, in which order it is read, how far it was read, and what can be taken back."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from functions.messages.add_message import add_message
from functions.messages.get_conversation import get_conversation
from functions.messages.list_conversations import list_conversations
from functions.messages.list_messages import list_messages
from functions.messages.list_messages_with import list_messages_with
from functions.messages.mark_conversation_read import mark_conversation_read
from functions.messages.open_conversation import open_conversation
from functions.messages.send_message import send_message
from functions.messages.take_back_message import take_back_message
from functions.organizations.grant_mandate import grant_mandate
from functions.organizations.remove_member import remove_member
from functions.organizations.revoke_mandate import revoke_mandate
from shared.kit.catalog import Role
from shared.kit.ids import new_id
from tests.leasing.deal import Deal
from tests.world import close_connections


def send(call, sender, receiver, content="Hello", **more):
    return call(send_message, as_=sender, body={"receiver_id": receiver.id, "content": content, **more})


def add(call, sender, conversation, content="Hello"):
    return call(add_message, as_=sender, path={"conversation_id": conversation}, body={"content": content})


def read(call, reader, conversation, message):
    body = {"up_to_message_id": message}
    return call(mark_conversation_read, as_=reader, path={"conversation_id": conversation}, body=body)


def messages(call, reader, conversation, **query):
    reply = call(list_messages, as_=reader, path={"conversation_id": conversation}, query=query)
    assert reply.status == 200, reply.json
    return reply.json["data"]


def conversations(call, reader, **query):
    return call(list_conversations, as_=reader, query=query).json["data"]


@pytest.fixture
def pair(world):
    owner = world.owner()
    return owner, world.colleague(owner)


def test_the_first_message_begins_a_conversation_and_the_answer_joins_it(world, call, pair):
    one, other = pair
    first = send(call, one, other, "  Hi, <b>you</b>\r\n", subject="Keys")
    answer = send(call, other, one, "Yes?")

    assert (first.status, answer.status) == (201, 201)
    assert (first.json["receiver_id"], first.json["status"]) == (str(other.id), "SENT")
    assert answer.json["conversation_id"] == first.json["conversation_id"]
    [conversation] = conversations(call, one)
    assert conversation == {
        "id": first.json["conversation_id"],
        "participant": {
            "id": str(other.id), "name": other.name, "company": None, "profile_image": None, "has_left": False,
        },
        "participants": conversation["participants"],
        "context": None,
        "guide_id": None,
        "subject": "Keys",
        "last_message": {
            "id": answer.json["message_id"],
            "content": "Yes?",
            "sent_at": answer.json["sent_at"],
            "sender_id": str(other.id),
        },
        "unread_count": 1,
        "updated_at": answer.json["sent_at"],
    }  # fmt: skip
    assert {person["id"] for person in conversation["participants"]} == {str(one.id), str(other.id)}
    shown = call(list_messages_with, as_=other, path={"user_id": one.id}).json["data"]
    assert [message["content"] for message in shown] == ["Yes?", "  Hi, <b>you</b>\r\n"]
    assert (shown[1]["subject"], shown[1]["receiver_id"]) == ("Keys", str(other.id))


def test_people_who_share_nothing_are_not_found(world, call, pair):
    one, _ = pair

    for stranger in (world.owner(), world.client(), world.user(Role.BROKER), world.user(Role.SUPPORT)):
        assert send(call, one, stranger).status == 404
    assert call(send_message, as_=one, body={"receiver_id": new_id(), "content": "Hi"}).status == 404
    assert send(call, one, one).status == 404


def test_both_sides_of_a_deal_write_to_each_other_and_not_to_another_bidder(world, call):
    deal = Deal(world, call)
    rival = world.client()
    assert send(call, deal.client, deal.owner).status == 201
    assert send(call, world.colleague(deal.owner, Role.AGENT), world.colleague(deal.client)).status == 201
    assert send(call, deal.client, rival).status == 404


def test_a_client_and_their_broker_write_to_each_other_while_the_mandate_lasts(world, call):
    client, broker = world.client(), world.user(Role.BROKER)
    assert send(call, broker, client).status == 404
    mandate = call(grant_mandate, as_=client, body={"broker_id": broker.id}).json["id"]
    assert send(call, broker, client).status == 201
    assert send(call, broker, world.colleague(client)).status == 201
    assert call(revoke_mandate, as_=client, path={"mandate_id": mandate}).status < 300

    assert send(call, broker, world.colleague(client)).status == 404
    # What was begun goes on.
    assert send(call, broker, client).status == 201


def test_somebody_begins_at_most_twenty_conversations_a_day_and_goes_on_in_them(world, call, pair):
    one, other = pair
    assert send(call, one, other).status == 201
    for _ in range(19):
        assert send(call, one, world.colleague(one)).status == 201
    late = world.colleague(one)
    assert (send(call, one, late).status, send(call, one, other).status) == (429, 201)
    assert call(list_messages_with, as_=late, path={"user_id": one.id}).status == 404
    world.sql("UPDATE conversations SET created_at = now() - interval '25 hours' WHERE created_by = %(id)s", id=one.id)
    assert send(call, one, late).status == 201


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"content": ""}, "content"),
        ({"content": "x" * 10_001}, "content"),
        ({"content": None}, "content"),
        ({"content": "a\x00b"}, "content"),
        ({"content": "Hi", "receiver_id": "me"}, "receiver_id"),
        ({"content": "Hi", "subject": "x" * 256}, "subject"),
        ({"content": "Hi", "is_admin_intervention": True}, "is_admin_intervention"),
    ],
)
def test_what_no_message_can_be_is_refused_by_its_field(call, pair, body, field):
    one, other = pair
    reply = call(send_message, as_=one, body={"receiver_id": other.id, **body})
    assert (reply.status, reply.fields) == (400, [field])


def test_a_client_that_was_away_catches_up_in_order_without_a_gap_and_without_hearing_anything_twice(call, pair):
    one, other = pair
    sent = [send(call, one, other, str(number)).json for number in range(8)]
    conversation = sent[0]["conversation_id"]

    query = {"after": sent[2]["message_id"], "limit": 2}
    first = call(list_messages, as_=other, path={"conversation_id": conversation}, query=query).json
    query["cursor"] = first["meta"]["cursor"]
    second = call(list_messages, as_=other, path={"conversation_id": conversation}, query=query).json
    query["cursor"] = second["meta"]["cursor"]
    third = call(list_messages, as_=other, path={"conversation_id": conversation}, query=query).json

    found = [message["content"] for page in (first, second, third) for message in page["data"]]
    assert found == ["3", "4", "5", "6", "7"]
    assert third["meta"] == {"cursor": None, "has_more": False}
    assert messages(call, other, conversation, after=sent[-1]["message_id"]) == []
    assert [message["content"] for message in messages(call, other, conversation, limit=3)] == ["7", "6", "5"]


def test_after_must_be_a_message_of_the_conversation(world, call, pair):
    one, other = pair
    conversation = send(call, one, other).json["conversation_id"]
    elsewhere = send(call, one, world.colleague(one)).json["message_id"]
    for after in (new_id(), elsewhere):
        path = {"conversation_id": conversation}
        reply = call(list_messages, as_=one, path=path, query={"after": after})
        assert (reply.status, reply.fields) == (400, ["after"])


def test_messages_of_people_who_write_at_once_are_numbered_in_one_order(world, call, pair):
    one, other = pair
    conversation = send(call, one, other).json["conversation_id"]

    def write(number):
        try:
            return add(call, (one, other)[number % 2], conversation, str(number)).status
        finally:
            close_connections()

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(write, range(16))) == {201}

    rows = world.sql(
        "SELECT seq, sent_at, content FROM messages WHERE conversation_id = %(id)s ORDER BY seq", id=conversation
    )
    assert [row["seq"] for row in rows] == list(range(1, 18))
    assert sorted(row["content"] for row in rows[1:]) == sorted(str(number) for number in range(16))
    assert [row["sent_at"] for row in rows] == sorted(row["sent_at"] for row in rows)


def test_what_is_unread_is_counted_for_each_reader_and_never_ones_own(call, pair):
    one, other = pair
    sent = [send(call, one, other, str(number)).json["message_id"] for number in range(3)]
    conversation = conversations(call, other)[0]["id"]

    def unread(user):
        return conversations(call, user)[0]["unread_count"]

    assert (unread(one), unread(other)) == (0, 3)
    assert len(conversations(call, other, unread="true")) == 1
    assert conversations(call, one, unread="true") == []
    assert len(conversations(call, one, unread="false")) == 1
    assert read(call, other, conversation, sent[1]).status == 200
    assert (unread(one), unread(other)) == (0, 1)
    # Never back.
    assert read(call, other, conversation, sent[0]).status == 200
    assert unread(other) == 1
    shown = messages(call, one, conversation)
    assert [message["status"] for message in shown] == ["SENT", "READ", "READ"]
    assert [message["read_at"] is None for message in shown] == [True, False, False]


def test_a_message_to_several_is_read_once_all_of_them_have_read_it(world, call):
    owner, client = world.owner(), world.client()
    others = [world.colleague(client), world.colleague(client)]
    body = {
        "context": {"type": "SPACE", "id": world.space(owner)},
        "content": "Hi",
        "participant_ids": [one.id for one in others],
    }
    sent = call(open_conversation, as_=client, body=body).json
    conversation, message = sent["conversation_id"], sent["message_id"]
    assert sent["receiver_id"] is None

    for reader in (others[0], owner):
        assert read(call, reader, conversation, message).status == 200
        assert messages(call, client, conversation)[0]["status"] == "SENT"
    assert read(call, others[1], conversation, message).status == 200
    assert messages(call, client, conversation)[0]["status"] == "READ"


def test_nobody_else_sees_or_marks_a_conversation(world, call, pair):
    one, other = pair
    sent = send(call, one, other).json
    conversation, message = sent["conversation_id"], sent["message_id"]
    for stranger in (world.colleague(one), world.client(), world.user(Role.SUPPORT), world.user(Role.SUPER_ADMIN)):
        assert call(get_conversation, as_=stranger, path={"conversation_id": conversation}).status == 404
        assert call(list_messages, as_=stranger, path={"conversation_id": conversation}).status == 404
        assert conversations(call, stranger) == []
    for stranger in (world.colleague(one), world.client()):
        assert add(call, stranger, conversation).status == 404
        assert read(call, stranger, conversation, message).status == 404
        assert call(take_back_message, as_=stranger, path={"message_id": message}).status == 404
    assert read(call, other, conversation, new_id()).status == 404


def test_a_message_is_taken_back_for_fifteen_minutes_and_its_place_stays(world, call, pair):
    one, other = pair
    sent = send(call, one, other, "A secret", subject="Secret").json
    path = {"message_id": sent["message_id"]}
    assert call(take_back_message, as_=other, path=path).status == 403
    assert call(take_back_message, as_=one, path=path).status == 204

    [shown] = messages(call, other, sent["conversation_id"])
    assert (shown["content"], shown["subject"], shown["taken_back_at"] is None) == (None, None, False)
    assert conversations(call, other)[0]["unread_count"] == 0
    assert call(take_back_message, as_=one, path=path).code == "ALREADY_TAKEN_BACK"
    late = send(call, one, other).json["message_id"]
    world.sql("UPDATE messages SET sent_at = now() - %(age)s WHERE id = %(id)s", age=timedelta(minutes=16), id=late)
    assert call(take_back_message, as_=one, path={"message_id": late}).code == "TOO_LATE_TO_TAKE_BACK"


def test_content_is_in_no_event_and_in_no_audit_row(world, call, pair):
    one, other = pair
    sent = send(call, one, other, "Between the two of us").json
    for table in ("outbox", "audit_logs"):
        assert world.sql(f"SELECT 1 AS found FROM {table} WHERE {table}::text LIKE '%%Between the two of us%%'") == []
    [event] = world.event_details(sent["conversation_id"])
    assert (event["name"], event["data"]) == ("conversation.written", {"message_id": sent["message_id"]})


def test_messages_of_a_removed_member_stay_under_their_name(world, call, pair):
    one, other = pair
    sent = send(call, other, one, "Good-bye").json
    assert call(remove_member, as_=one, path={"user_id": other.id}).status < 300

    [conversation] = conversations(call, one)
    assert (conversation["participant"]["name"], conversation["participant"]["has_left"]) == (other.name, True)
    assert messages(call, one, sent["conversation_id"])[0]["content"] == "Good-bye"
