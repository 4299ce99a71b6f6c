"""Which side is notified of each move, with which words and which socket frame."""

import pytest

from functions.notifications.notify_people import notify_people
from functions.realtime.connect import connect
from tests.bids.negotiation import Negotiation
from tests.realtime.sockets import Client, frames


@pytest.fixture
def deal(world, call, invoke):
    """A bid on Office Suite 101, placed long ago: everybody has heard of it."""
    deal = Negotiation(world, call, name="Office Suite 101")
    invoke(notify_people, *world.event_details(deal.bid))
    frames()
    return deal


@pytest.fixture
def heard(world, deal, invoke):
    """What each person's socket hears of the last move: the change itself, what has changed, and the title and text of
    the news."""
    people = {
        "owner": deal.owner,
        "owner's colleague": world.colleague(deal.owner),
        "client": deal.client,
        "client's colleague": world.colleague(deal.client),
    }
    sockets = {}
    for name, user in people.items():
        socket = Client()
        assert socket.open(connect, token=user.token()) == 200
        sockets[socket.id] = name

    def listen():
        *earlier, last = world.event_details(deal.bid)
        invoke(notify_people, *earlier)
        frames()
        assert invoke(notify_people, last) == []
        return {sockets[connection]: told for connection, told in frames().items()}

    return listen


def change_of(deal, status, contract_id=None):
    data = {"bid_id": deal.bid, "space_id": str(deal.space), "status": status, "contract_id": contract_id}
    return {"event": "bid:status_changed", "data": data}


def news(told):
    [frame] = [frame for frame in told if frame["event"] == "notification:new"]
    return frame["data"]["title"], frame["data"]["message"]


@pytest.mark.parametrize(
    ("moves", "status", "title", "to_client", "to_owner"),
    [
        (
            ["reject"],
            "REJECTED",
            "Bid Rejected",
            "Your bid on Office Suite 101 has been rejected",
            "A bid on Office Suite 101 has been rejected",
        ),
        (
            ["counter"],
            "COUNTER_OFFERED",
            "Counter-Offer",
            "Your bid on Office Suite 101 was answered with a counter-offer of $4,800.00",
            "A bid on Office Suite 101 was answered with a counter-offer of $4,800.00",
        ),
    ],
)
def test_both_sides_are_notified_of_the_owners_answer(deal, heard, moves, status, title, to_client, to_owner):
    for move in moves:
        getattr(deal, move)()

    told = heard()

    assert all(frames[0] == change_of(deal, status) for frames in told.values())
    assert set(told) == {"owner", "owner's colleague", "client", "client's colleague"}
    assert news(told["client"]) == news(told["client's colleague"]) == (title, to_client)
    assert news(told["owner's colleague"]) == (title, to_owner)
    # Whoever did it knows; their other windows hear of the change all the same.
    assert [frame["event"] for frame in told["owner"]] == ["bid:status_changed", "bid:updated"]


def test_both_sides_are_notified_of_a_withdrawal(deal, heard):
    deal.withdraw()

    told = heard()

    assert all(frames[0] == change_of(deal, "WITHDRAWN") for frames in told.values())
    assert news(told["owner"]) == ("Bid Withdrawn", "A bid on Office Suite 101 has been withdrawn")
    assert [frame["event"] for frame in told["client"]] == ["bid:status_changed", "bid:updated"]


def test_the_owners_side_is_notified_of_a_revision_like_a_new_bid(deal, heard):
    deal.counter()
    deal.revise(4600)

    told = heard()

    assert all(told[name][0] == change_of(deal, "PENDING") for name in ("owner", "owner's colleague"))
    for name in ("client", "client's colleague"):
        assert [frame["event"] for frame in told[name]] == ["bid:updated"]
    assert news(told["owner"]) == ("Bid Revised", "A bid on Office Suite 101 was revised to $4,600.00")


def test_an_accepted_counter_offer_has_its_own_notification(deal, heard):
    deal.counter()
    contract = deal.accept().json["contract_id"]

    told = heard()

    assert set(told) == {"owner", "owner's colleague", "client", "client's colleague"}
    assert all(frames[0] == change_of(deal, "APPROVED", contract) for frames in told.values())
    assert news(told["owner"]) == (
        "Counter-Offer Accepted",
        "Your counter-offer of $4,800.00 for Office Suite 101 has been accepted",
    )
    assert news(told["client's colleague"])[1].startswith("Your side has accepted the counter-offer")


def test_an_approval_after_a_revision_is_notified_as_an_approval(deal, heard):
    deal.counter()
    deal.revise()
    deal.approve()

    assert news(heard()["client"]) == ("Bid Approved", "Your bid on Office Suite 101 has been approved")
