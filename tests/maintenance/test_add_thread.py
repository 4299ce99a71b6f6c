"""Who reads what somebody writes on a ticket."""

import pytest

from functions.files.delete_upload import delete_upload
from functions.files.download_file import download_file
from functions.files.get_upload import get_upload
from functions.maintenance.create_ticket import create_ticket
from shared.kit.catalog import Role
from tests.call import call, other_id
from tests.files.pictures import picture, upload
from tests.maintenance.tickets import BROKEN, House


@pytest.fixture
def house(world):
    return House(world)


@pytest.fixture
def cast(house):
    """A ticket, and everybody who has to do with it."""
    ticket, assigned, asked, also_asked = house.report(), *(house.contractor() for _ in range(3))
    assert house.assign(ticket, assigned).status == house.invite(ticket, asked, also_asked).status == 200
    people = {
        "owner": house.owner,
        "client": house.client,
        "assigned": assigned,
        "asked": asked,
        "also_asked": also_asked,
    }
    return ticket, people


def heard_by(house, ticket, people, message):
    return {name for name, who in people.items() if message in house.seen(ticket, who).body.decode()}


@pytest.mark.parametrize(
    ("writer", "hearers"),
    [
        ("owner", {"owner", "client", "assigned", "asked", "also_asked"}),
        ("client", {"owner", "client", "assigned"}),
        ("assigned", {"owner", "client", "assigned"}),
        ("asked", {"owner", "asked"}),
    ],
)
def test_what_somebody_writes_is_read_by(house, cast, writer, hearers):
    ticket, people = cast
    reply = house.write(ticket, people[writer], "The pump is loud.")

    assert (reply.status, reply.json["user_id"]) == (201, str(people[writer].id))
    assert heard_by(house, ticket, people, "The pump is loud.") == hearers


def test_internal_notes_are_read_by_the_owners_side_alone(house, cast, world):
    ticket, people = cast
    assert house.write(ticket, house.owner, "Canary: he never pays.", internal=True).status == 201

    assert heard_by(house, ticket, people | {"agent": world.colleague(house.owner, Role.AGENT)}, "Canary") == {
        "owner",
        "agent",
    }
    for name in ("client", "assigned", "asked"):
        refused = house.write(ticket, people[name], "X", internal=True)
        assert (refused.status, refused.code) == (403, "FORBIDDEN")
    assert house.seen(ticket, house.owner).json["replied_at"] is None
    assert world.events(ticket["id"])[-1] == "maintenance.noted"


def test_the_first_answer_is_remembered(house, world):
    ticket = house.report()
    house.write(ticket, house.client, "Anybody there?")
    assert house.seen(ticket, house.client).json["replied_at"] is None

    house.write(ticket, house.owner, "We look at it.")
    answered = house.seen(ticket, house.client).json["replied_at"]
    with world.clock_moved(1):
        house.write(ticket, house.owner, "Still looking.")
    assert house.seen(ticket, house.client).json["replied_at"] == answered


def attached(who, **changes):
    reply = upload(who, picture(), purpose="TICKET_ATTACHMENT", **changes)
    assert reply.status == 200, reply.json
    return reply.json["id"]


def may_open(who, file_id):
    return (
        call(get_upload, as_=who, path={"upload_id": file_id}).status,
        call(download_file, as_=who, path={"file_id": file_id}, headers={"accept": "application/json"}).status,
    ) == (200, 200)


def test_an_attachment_is_opened_by_whoever_reads_what_it_is_attached_to(house, cast, world):
    ticket, people = cast
    for writer, internal, hearers in (
        ("client", False, {"owner", "client", "assigned"}),
        ("asked", False, {"owner", "asked"}),
        ("owner", True, {"owner"}),
    ):
        file_id = attached(people[writer])
        reply = house.write(ticket, people[writer], "See here", attachments=[file_id], internal=internal)
        assert [one["id"] for one in reply.json["attachments"]] == [file_id]
        assert {name for name, who in people.items() if may_open(who, file_id)} == hearers
        for stranger in (world.client(), world.owner(), world.user(Role.CONTRACTOR), world.user(Role.SUPPORT)):
            assert not may_open(stranger, file_id)


def test_a_photo_of_the_report_is_seen_by_whoever_is_asked(house, world):
    file_id = attached(house.client)
    body = {**BROKEN, **house.place(), "attachments": [file_id]}
    ticket = call(create_ticket, as_=house.client, body=body).json
    contractor = house.contractor()
    assert not may_open(contractor, file_id)

    house.invite(ticket, contractor)
    assert may_open(contractor, file_id)
    assert call(delete_upload, as_=house.client, path={"upload_id": file_id}).code == "FILE_IN_USE"
    house.invite(ticket)
    assert not may_open(contractor, file_id)


def test_only_ones_own_ready_attachments_are_attached(house, world):
    ticket = house.report()
    foreign, other_purpose = attached(world.client()), upload(house.client, picture(), purpose="AVATAR").json["id"]

    assert house.write(ticket, house.client, "X", attachments=[foreign]).status == 404
    assert house.write(ticket, house.client, "X", attachments=[other_id()]).status == 404
    wrong = house.write(ticket, house.client, "X", attachments=[other_purpose])
    assert (wrong.status, wrong.fields) == (400, ["attachments"])


def test_a_message_is_stored_exactly(house):
    text = "<b>1 < 2</b>\n\u05d0 {title} %(x)s"

    assert house.write(house.report(), house.client, text).json["message"] == text
