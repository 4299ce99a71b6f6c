"""Support writes down what it learned about a user."""

import pytest

from functions.admin.add_note import add_note
from functions.admin.list_notes import list_notes
from shared.kit.catalog import Role
from tests.call import other_id


def test_support_reads_earlier_notes_about_a_user(world, call):
    user, support, admin = world.client(), world.user(Role.SUPPORT), world.user(Role.SUPER_ADMIN)
    path = {"user_id": user.id}

    first = call(add_note, as_=support, path=path, body={"text": "Called about an invoice"})
    second = call(add_note, as_=admin, path=path, body={"text": "Sent it again"})

    assert (first.status, first.json["author_id"]) == (201, str(support.id))
    assert call(list_notes, as_=support, path=path).json["data"] == [second.json, first.json]


def test_the_audit_log_has_the_note_but_not_its_text(world, call):
    support = world.user(Role.SUPPORT)

    note = call(add_note, as_=support, path={"user_id": world.client().id}, body={"text": "Has moved"}).json

    [row] = world.audits(note["id"])
    assert (row["action"], row["user_id"]) == ("note.added", support.id)
    assert "moved" not in str(row)


def test_a_user_cannot_read_notes_about_themselves(world, call):
    user = world.owner()
    call(add_note, as_=world.user(Role.SUPPORT), path={"user_id": user.id}, body={"text": "Slow to pay"})

    assert call(list_notes, as_=user, path={"user_id": user.id}).status == 403
    assert call(add_note, as_=user, path={"user_id": user.id}, body={"text": "Not true"}).status == 403


@pytest.mark.parametrize("text", ["", "x" * 5001, None, 1])
def test_an_invalid_note_is_refused(world, call, text):
    path = {"user_id": world.client().id}

    reply = call(add_note, as_=world.user(Role.SUPPORT), path=path, body={"text": text})

    assert (reply.status, reply.fields) == (400, ["text"])


def test_a_note_about_an_unknown_user_is_not_found(world, call):
    support, path = world.user(Role.SUPPORT), {"user_id": other_id()}

    assert call(add_note, as_=support, path=path, body={"text": "Who?"}).status == 404
    assert call(list_notes, as_=support, path=path).status == 404
