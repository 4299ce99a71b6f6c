import pytest

from functions.bids.place_bid import place_bid
from functions.notifications.list_notifications import list_notifications
from functions.notifications.notify_people import notify_people
from shared.kit.ids import new_id
from tests.call import ids_in, other_id


def note(world, user, **changes):
    """A notification of the user's."""
    values = {"id": new_id(), "user_id": user.id, "type": "bid_update", "title": "New Bid", "message": "…"} | changes
    names = ", ".join(values)
    world.sql(f"INSERT INTO notifications ({names}) VALUES ({', '.join(f'%({name})s' for name in values)})", **values)
    return str(values["id"])


@pytest.fixture
def user(world):
    return world.client()


@pytest.fixture
def listed(user):
    """The ids that a list shows, page by page."""
    return lambda **query: ids_in(list_notifications, as_=user, query=query)


def test_a_user_lists_their_own_notifications_newest_first(world, call, user, listed):
    notes = [note(world, user) for _ in range(5)]
    note(world, world.colleague(user))

    assert listed() == listed(limit=2) == notes[::-1]

    shown = call(list_notifications, as_=user, query={"limit": 1}).json["data"][0]
    assert {name: value for name, value in shown.items() if name not in ("id", "created_at")} == {
        "type": "bid_update",
        "title": "New Bid",
        "message": "…",
        # As the release before this one wrote it.
        "event": None,
        "subject": None,
        "actor": None,
        "params": {},
        "metadata": {},
        "is_read": False,
        "read_at": None,
    }


def test_missed_notifications_are_listed_in_order_after_an_id(world, user, listed):
    notes = [note(world, user) for _ in range(5)]

    assert listed(after=notes[1]) == listed(after=notes[1], limit=1) == notes[2:]
    assert listed(after=notes[4]) == []


def test_unread_notifications_can_be_filtered(world, user, listed):
    unread, read = note(world, user), note(world, user, is_read=True)

    assert listed(unread="true") == [unread]
    assert listed(unread="false") == [read]
    assert listed(unread="true", after=unread) == []


@pytest.mark.parametrize(
    "query", [{"after": "x"}, {"unread": "yes"}, {"limit": "0"}, {"cursor": "x"}, {"user_id": "x"}]
)
def test_an_invalid_parameter_of_the_list_of_notifications_is_reported_by_name(call, user, query):
    assert call(list_notifications, as_=user, query=query).fields == list(query)


def test_a_cursor_of_notifications_is_valid_only_with_its_start(world, call, user):
    notes = [note(world, user) for _ in range(3)]
    cursor = call(list_notifications, as_=user, query={"limit": 1, "after": notes[0]}).json["meta"]["cursor"]

    reply = call(list_notifications, as_=user, query={"limit": 1, "after": other_id(), "cursor": cursor})

    assert (reply.status, reply.fields) == (400, ["cursor"])


def test_a_notifications_params_contain_what_its_message_says(world, call, invoke):
    owner, client = world.owner(), world.client()
    space = world.space(owner, name="Office Suite 101")
    bid = call(place_bid, as_=client, body={"space_id": space, "bid_amount": 4500}).json
    assert invoke(notify_people, *world.event_details(bid["id"])) == []

    [shown] = call(list_notifications, as_=owner).json["data"]

    assert (shown["event"], shown["subject"]) == ("bid.placed", {"type": "bid", "id": bid["id"]})
    assert (shown["actor"]["type"], shown["actor"]["id"]) == ("ORGANIZATION", str(client.organization_id))
    assert shown["params"]["bid_amount"] == {"amount": 4500, "currency": "USD"}
    assert shown["params"]["start_date"] == bid["start_date"]


def test_the_list_of_notifications_has_the_total_of_unread_ones(world, call, user):
    notes = [note(world, user) for _ in range(3)] + [note(world, user, is_read=True)]
    note(world, world.colleague(user))

    for query in ({}, {"limit": 1}, {"unread": "false"}, {"after": notes[0]}):
        assert call(list_notifications, as_=user, query=query).json["meta"]["unread"] == 3


def test_listing_notifications_requires_a_token(call):
    assert call(list_notifications).status == 401
