"""Two people and a broker follow a space and a contract from two sockets each (quality 84, 87)."""

import json
from contextlib import ExitStack
from typing import Any

from local.platform import Platform
from tests.journeys.client import Ear, Person
from tests.journeys.deals import Deal
from tools.operate import operate


def follow(ear: Ear, *channels: str) -> None:
    answer = ear.ask("subscribe", {"channels": list(channels)}, "follow")
    assert (answer["event"], answer["data"]) == ("subscribed", {"channels": list(channels)})


def heard_of(ear: Ear, event: str) -> list[tuple[str | None, Any]]:
    """What a socket has heard of the event, with the channels on which it came."""
    return [(frame.get("channel"), frame["data"]) for frame in ear.heard if frame["event"] == event]


def test_two_people_and_a_broker_follow_a_space_and_a_contract(platform: Platform, owner: Person) -> None:
    client, broker, stranger = Person(platform, "CLIENT"), Person(platform, "BROKER"), Person(platform, "BROKER")
    admin = Person(platform, "CLIENT")
    operate("make_administrator", json.dumps({"email": admin.email}), "local", platform.state)
    mandate = client.do("POST", "/mandates", broker_id=broker.id)["id"]
    deal = Deal(owner, client)
    space, contract = f"space.{deal.space['id']}", f"contract.{deal.contract_id}"
    deal.reaches("PENDING_SIGNATURE")
    # What was still on its way, one socket of a person would hear, and the other, which opens later, not.
    platform.control("queues", "settle")

    with ExitStack() as open_sockets:
        ears: dict[Person, list[Ear]] = {
            person: [open_sockets.enter_context(person.listening()) for _ in range(2)]
            for person in (owner, client, broker, stranger)
        }
        for person in (owner, client, broker):
            for ear in ears[person]:
                follow(ear, space, contract)
        for ear in ears[stranger]:
            answer = ear.ask("subscribe", {"channels": [space, contract]}, "hidden")
            assert (answer["event"], answer["data"]["code"]) == ("error", "NOT_FOUND")
            assert answer["data"]["message"] == f"There is no channel {contract}."

        # Both sides of the deal hear of it as ever, the broker on its channel.
        deal.sign(client)
        for person, channel in ((owner, None), (client, None), (broker, contract)):
            for ear in ears[person]:
                ear.hear("contract:updated", signature_status="SIGNED_BY_CLIENT")
                assert heard_of(ear, "contract:updated")[-1][0] == channel

        # The mandate ends, and the client loses a connection.
        client.do("DELETE", f"/mandates/{mandate}")
        ears[client][1].socket.close()
        known = client.get("/notifications", limit=1)["data"][0]["id"]
        deal.sign(owner)
        deal.reaches("SIGNED", "ACTIVE")
        owner.do("PUT", f"/spaces/{deal.space['id']}", base_price_monthly=5100)
        for person in (owner, client, broker):
            for ear in ears[person][: 1 if person is client else 2]:
                assert ear.hear("space:updated", base_price_monthly=5100)["space_id"] == deal.space["id"]
        made = admin.do("POST", "/admin/announcements", title="Maintenance", body="On Sunday")
        for person in (owner, broker, stranger):
            for ear in ears[person]:
                ear.hear_out(platform)
                assert [data["id"] for _, data in heard_of(ear, "announcement")] == [made["id"]]

        for ear in ears[broker]:
            assert [data["signature_status"] for _, data in heard_of(ear, "contract:updated")] == ["SIGNED_BY_CLIENT"]
            answer = ear.ask("subscribe", {"channels": [contract]}, "again")
            assert answer["data"]["code"] == "NOT_FOUND"
        # A channel and the person's own news have no order between them.
        one, other = (
            sorted(json.dumps(frame) for frame in ear.heard if "request_id" not in frame) for ear in ears[owner]
        )
        assert one == other
        known_once = [data["notification_id"] for _, data in heard_of(ears[owner][0], "notification:new")]
        assert len(set(known_once)) == len(known_once)

        # What the lost connection missed is listed, without a gap and nothing twice.
        ears[client][0].hear_out(platform)
        told = [data["notification_id"] for _, data in heard_of(ears[client][0], "notification:new")]
        missed = client.get("/notifications", after=known, limit=100)["data"]
        assert [notice["id"] for notice in missed] == [one for one in told if one > known]
        with client.listening() as ear:
            follow(ear, space)
            owner.do("PUT", f"/spaces/{deal.space['id']}", base_price_monthly=5200)
            ear.hear("space:updated", base_price_monthly=5200)

    assert stranger.get("/notifications")["data"] == []
    [notice] = [one for one in admin.get("/notifications")["data"] if one["event"] == "announcement.made"]
    assert (notice["type"], notice["title"], notice["message"]) == ("announcement", "Maintenance", "On Sunday")
