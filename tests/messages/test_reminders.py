"""Whoever has left a message unread is mailed about it: once for each conversation and hour, if they want to be."""

import pytest

from functions.messages.add_message import add_message
from functions.messages.block_user import block_user
from functions.messages.mark_conversation_read import mark_conversation_read
from functions.messages.remind_readers import remind_readers
from functions.messages.send_message import send_message
from functions.messages.take_back_message import take_back_message
from functions.notifications.compose_mail import compose_mail
from functions.users.update_notification_preferences import update_notification_preferences
from shared.kit.catalog import Role
from tests.auth.mailbox import mails_to
from tests.call import call, invoke, together


class Talk:
    """An owner writes to a colleague; `later` lets time pass."""

    def __init__(self, world):
        self.world = world
        self.writer = world.owner()
        self.reader = world.colleague(self.writer, Role.AGENT)
        self.conversation = self.write().json["conversation_id"]

    def write(self, content="The roof leaks"):
        return call(send_message, as_=self.writer, body={"content": content, "receiver_id": self.reader.id})

    def answer(self):
        path = {"conversation_id": self.conversation}
        assert call(add_message, as_=self.reader, path=path, body={"content": "I come"}).status == 201

    def later(self, minutes):
        named = {"id": self.conversation, "minutes": minutes}
        for statement in (
            "UPDATE messages SET sent_at = sent_at - make_interval(mins => %(minutes)s) WHERE conversation_id = %(id)s",
            "UPDATE conversations SET updated_at = updated_at - make_interval(mins => %(minutes)s) WHERE id = %(id)s",
            "UPDATE conversation_participants SET mailed_at = mailed_at - make_interval(mins => %(minutes)s) "
            "WHERE conversation_id = %(id)s",
        ):
            self.world.sql(f"{statement} RETURNING 1 AS done", **named)

    def reminded(self):
        """How many unread messages each reminder of a run of the job speaks of."""
        known = len(self.events())
        remind_readers({}, None)
        return [event["data"]["unread"] for event in self.events()[known:]]

    def events(self):
        details = self.world.event_details(self.conversation)
        return [event for event in details if event["name"] == "conversation.unread"]

    def mails(self):
        """What a run of the job makes the reader find in their mailbox."""
        known = len(self.events())
        remind_readers({}, None)
        assert invoke(compose_mail, *self.events()[known:]) == []
        return mails_to(self.reader.email)


@pytest.fixture
def talk(world):
    return Talk(world)


def test_a_message_waits_a_quarter_of_an_hour_for_its_reader(talk):
    talk.later(minutes=14)
    assert talk.reminded() == []

    talk.later(minutes=1)
    assert talk.reminded() == [1]
    assert talk.reminded() == []


def test_the_mail_says_how_many_and_not_what(talk):
    talk.write("Bring a bucket")
    talk.later(minutes=15)

    [mail] = talk.mails()

    assert mail["subject"] == "You have unread messages"
    assert "Unread messages: 2" in mail["text"]
    assert f"/conversations/{talk.conversation}" in mail["text"]
    assert "bucket" not in str(mail)


def test_another_mail_comes_after_an_hour_and_counts_what_is_new(talk):
    talk.later(minutes=15)
    assert talk.reminded() == [1]
    talk.write()
    talk.write()

    talk.later(minutes=59)
    assert talk.reminded() == []

    talk.later(minutes=1)
    assert talk.reminded() == [2]


def test_what_was_read_answered_taken_back_or_blocked_is_no_news(talk):
    message = talk.write().json["message_id"]
    path = {"conversation_id": talk.conversation}
    call(mark_conversation_read, as_=talk.reader, path=path, body={"up_to_message_id": message})
    taken_back = talk.write().json["message_id"]
    assert call(take_back_message, as_=talk.writer, path={"message_id": taken_back}).status == 204
    talk.answer()
    call(mark_conversation_read, as_=talk.writer, path=path, body={"up_to_message_id": message})
    talk.later(minutes=15)

    # The writer has not read the answer; the reader has nothing to read.
    remind_readers({}, None)

    assert [event["data"]["user_id"] for event in talk.events()] == [str(talk.writer.id)]


def test_what_a_blocked_person_wrote_before_is_still_to_be_read(talk):
    assert call(block_user, as_=talk.reader, path={"user_id": talk.writer.id}).status == 200
    talk.later(minutes=15)

    assert talk.reminded() == [1]


def test_whoever_does_not_want_mails_about_messages_gets_none(talk):
    chosen = {"kinds": {"message": {"email": False}}}
    assert call(update_notification_preferences, as_=talk.reader, body=chosen).status == 200
    talk.later(minutes=15)

    assert talk.mails() == []


def test_jobs_that_run_at_once_remind_once(talk):
    talk.later(minutes=15)

    together([lambda: remind_readers({}, None)] * 4)

    assert len(talk.events()) == 1
