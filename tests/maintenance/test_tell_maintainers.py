"""Who hears of what happens to tickets: notifications, frames, mails, webhooks; and the canary of internal notes."""

import json

import pytest

from functions.maintenance.accept_quote import accept_quote
from functions.maintenance.quote_ticket import quote_ticket
from functions.maintenance.rate_ticket import rate_ticket
from functions.notifications.compose_mail import compose_mail
from functions.notifications.list_notifications import list_notifications
from functions.notifications.tell_maintainers import tell_maintainers
from functions.realtime.connect import connect
from functions.realtime.subscribe import subscribe
from functions.users.update_notification_preferences import update_notification_preferences
from functions.webhooks.list_changes import list_changes
from functions.webhooks.publish_event import publish_event
from shared.kit.catalog import Role
from tests.auth.mailbox import mails
from tests.call import call, invoke
from tests.maintenance.tickets import House
from tests.realtime.sockets import Client, frames

CANARY = "Canary: the tenant never pays"


@pytest.fixture
def house(world):
    return House(world)


def tell(world, ticket):
    """Deliver everything that has happened to the ticket, twice."""
    for event in world.event_details(ticket["id"]):
        for consumer in (tell_maintainers, compose_mail, publish_event):
            if event["name"] in consumer.operation.hears:
                assert invoke(consumer, event, event) == []


def news(who):
    return {one["event"]: one for one in call(list_notifications, as_=who).json["data"]}


def opened(user, *channels):
    socket = Client()
    assert socket.open(connect, token=user.token()) == 200
    if channels:
        answer = socket.say(subscribe, "subscribe", {"channels": list(channels)})
        assert answer["event"] == "subscribed", answer
    return socket


def changes(who):
    return [one["event"] for one in call(list_changes, as_=who).json["data"] if "maintenance" in one["event"]]


def test_each_side_is_notified_of_what_is_news_to_it(house, world):
    contractor = house.contractor()
    ticket = house.resolved(house.report(), contractor)
    tell(world, ticket)

    worked = {"maintenance.assigned", "maintenance.started", "maintenance.resolved"}
    assert news(house.owner).keys() == {"maintenance.created", "maintenance.started", "maintenance.resolved"}
    assert news(house.client).keys() == worked
    assert news(contractor).keys() == {"maintenance.assigned"}
    assert news(world.colleague(house.client)) == news(world.colleague(contractor)) == {}
    told = news(house.client)["maintenance.assigned"]
    assert (told["type"], told["metadata"]) == ("maintenance", {"ticket_id": ticket["id"]})
    assert told["params"].keys() == {"number", "ticket", "place"} and ticket["title"] in told["message"]


def test_everybody_concerned_hears_once_without_subscribing_and_others_on_the_channel(house, world):
    contractor, ticket = house.contractor(), house.report()
    house.assign(ticket, contractor)
    channel = f"ticket.{ticket['id']}"
    unasked = [opened(one) for one in (house.owner, house.client, contractor)]
    also = opened(house.client, channel)
    follower = opened(world.colleague(house.client), channel)
    tell(world, ticket)
    frames()

    assert house.change(ticket, contractor, status="IN_PROGRESS").status == 200
    [*_, event] = world.event_details(ticket["id"])
    assert invoke(tell_maintainers, event, event) == []
    heard = frames()

    data = {
        "ticket_id": ticket["id"],
        "status": "IN_PROGRESS",
        "priority": "HIGH",
        "assigned_contractor_id": str(contractor.id),
    }
    for socket in (*unasked, also):
        assert [one for one in heard[socket.id] if one["event"] == "maintenance:updated"] == [
            {"event": "maintenance:updated", "data": data}
        ]
    assert heard[follower.id] == [{"event": "maintenance:updated", "channel": channel, "data": data}]


def test_nobody_else_follows_a_ticket(house, world):
    ticket, asked, taken_back = house.report(), house.contractor(), house.contractor()
    house.invite(ticket, asked)
    house.assign(ticket, taken_back)
    channel = f"ticket.{ticket['id']}"
    follower = opened(taken_back, channel)
    for stranger in (asked, world.client(), world.owner(), world.colleague(house.owner, Role.FINANCIAL_OFFICER)):
        socket = Client()
        assert socket.open(connect, token=stranger.token()) == 200
        assert socket.say(subscribe, "subscribe", {"channels": [channel]})["event"] == "error"
    tell(world, ticket)
    frames()

    house.assign(ticket, house.contractor())
    house.change(ticket, house.owner, title="Lift 2")
    [*_, event] = world.event_details(ticket["id"])
    assert invoke(tell_maintainers, event) == []
    # Only that it was taken back.
    assert [one["event"] for one in frames()[follower.id]] == ["notification:new"]


def test_an_internal_note_reaches_the_owners_side_alone(house, world):
    """The canary: over answers, notifications, frames, mails, webhooks and the list of changes."""
    ticket, assigned, asked = house.report(), house.contractor(), house.contractor()
    house.assign(ticket, assigned)
    house.invite(ticket, asked)
    tell(world, ticket)
    others = (house.client, assigned, asked)
    sockets = [opened(one) for one in (house.owner, *others)]
    channel = f"ticket.{ticket['id']}"
    sockets += [opened(one, channel) for one in (house.client, assigned)]
    agent = world.colleague(house.owner, Role.AGENT)
    mails(), frames()
    before = {one.id: news(one) for one in others}

    assert house.write(ticket, house.owner, CANARY, internal=True).status == 201
    tell(world, ticket)

    heard, sent = frames(), mails()
    assert set(heard) <= {sockets[0].id}
    assert {mail["to"] for mail in sent} == {agent.email}
    assert "Canary" not in json.dumps([heard, sent], default=str)
    assert {one.id: news(one) for one in others} == before
    assert "maintenance.noted" in news(agent)
    for who in others:
        assert "Canary" not in house.seen(ticket, who).body.decode()
    for who in (house.owner, house.client):
        assert "maintenance.noted" not in changes(who)
    assert "Canary" not in call(list_changes, as_=house.client).body.decode()


def test_what_is_between_the_owner_and_a_contractor_is_not_told_to_the_tenant(house, world):
    ticket, first, second = house.report(), house.contractor(), house.contractor()
    house.invite(ticket, first, second)
    house.write(ticket, first, "Is there a service manual?")
    path = {"ticket_id": ticket["id"]}
    quoted = call(quote_ticket, as_=first, path=path, body={"amount": 480, "currency": "USD"}).json
    tell(world, ticket)

    assert news(house.client) == {}
    assert news(second).keys() == news(first).keys() == {"maintenance.invited"}
    told = news(house.owner)
    assert told.keys() == {"maintenance.created", "maintenance.commented", "maintenance.quoted"}
    assert "$480.00" in told["maintenance.quoted"]["message"]
    assert changes(house.client) == ["maintenance.created"]
    assert changes(house.owner) == ["maintenance.created", "maintenance.commented", "maintenance.quoted"]

    accept = {"as_": house.owner, "path": {**path, "quote_id": quoted["id"]}, "body": {}}
    assert call(accept_quote, **accept).status == 200
    tell(world, ticket)
    assert "maintenance.quote_accepted" in news(first).keys() & news(house.client).keys()
    assert "maintenance.quote_accepted" not in news(second)


def test_a_webhook_tells_the_ticket_as_its_get_answers_it(house, world):
    ticket = house.resolved(house.report(), house.contractor())
    assert call(rate_ticket, as_=house.client, path={"ticket_id": ticket["id"]}, body={"stars": 4}).status == 201
    house.write(ticket, house.owner, CANARY, internal=True)
    tell(world, ticket)

    for who in (house.owner, house.client):
        [*_, rated] = [one for one in call(list_changes, as_=who).json["data"] if one["event"] == "maintenance.rated"]
        seen = house.seen(ticket, who).json
        assert {name: rated["data"][name] for name in seen} == seen


def test_mails_come_by_preference_and_in_the_readers_language(house, world):
    silent = world.colleague(house.owner)
    kinds = {"kinds": {"maintenance": {"email": False, "in_app": False}}}
    assert call(update_notification_preferences, as_=silent, body=kinds).status == 200
    world.sql("UPDATE users SET language = 'de' WHERE id = %(id)s", id=house.owner.id)
    ticket = house.report()
    mails()
    tell(world, ticket)

    [mail] = [one for one in mails() if one["to"] in (house.owner.email, silent.email)]
    assert mail["to"] == house.owner.email
    assert mail["subject"] == "Neues Wartungsticket" and ticket["title"] in mail["text"]
    assert f"/maintenance/{ticket['id']}" in mail["html"]
    assert news(silent) == {}


def test_a_contractor_hears_no_tenants_organization(house, world):
    contractor, ticket = house.contractor(), house.report()
    house.resolved(ticket, contractor)
    house.change(ticket, house.client, status="OPEN")
    tell(world, ticket)

    told = news(contractor)["maintenance.reopened"]
    assert told["actor"] is None
    assert news(house.owner)["maintenance.reopened"]["actor"]["type"] == "ORGANIZATION"
    assert news(house.client)["maintenance.resolved"]["actor"]["id"] == str(contractor.organization_id)
