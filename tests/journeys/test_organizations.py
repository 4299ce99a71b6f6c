"""An agent comes and goes, a broker gains and loses a client: over HTTP and WebSocket (quality 37, 48)."""

import time
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from local.platform import Platform
from tests.journeys.client import API, PASSWORD, Person, refused, send, until
from tests.journeys.deals import new_space, place_bid


class Invited(Person):
    """Somebody who accepted the invitation that came by mail."""

    def __init__(self, platform: Platform, inviter: Person, role: str) -> None:
        self.platform, self.email = platform, f"{role.lower()}.{time.time_ns()}@example.com"
        inviter.do("POST", "/organizations/me/invitations", email=self.email, role=role)
        body = {"token": until(self._mailed), "name": "Ada Agent", "password": PASSWORD}
        answer = send(platform.url, "POST", f"{API}/auth/invitations/accept", body)
        assert answer.status == 201, answer.body
        self.token, self.refresh_token = answer.json["token"], answer.json["refresh_token"]
        self.user: dict[str, Any] = answer.json["user"]
        self.id, self.name = self.user["id"], self.user["name"]

    def _mailed(self) -> str | None:
        mails = send(self.platform.url, "GET", f"/_local/mailbox?to={self.email}").json["data"]
        return mails[0]["text"].partition("accept-invitation?token=")[2].split()[0] if mails else None


def test_an_agent_who_is_removed_loses_access_within_a_minute(platform: Platform, client: Person) -> None:
    owner = Person(platform, "OWNER", organization_name="Stone Properties LLC")
    agent = Invited(platform, owner, "AGENT")
    assert (agent.user["role"], agent.user["email_verified"]) == ("AGENT", True)
    space = new_space(agent)
    bid = place_bid(client, space)

    assert agent.do("PUT", f"/bids/{bid['id']}/approve")["status"] == "APPROVED"
    with agent.listening() as ear:
        assert ear.ask("ping", {}, "p")["event"] == "pong"
        owner.do("DELETE", f"/organizations/me/members/{agent.id}")
        removed = time.monotonic()
        later = place_bid(client, new_space(owner))
        with pytest.raises(ConnectionClosed):
            while True:
                ear.next()
        # What was on its way before may still have come.
        assert not [frame for frame in ear.heard if later["id"] in str(frame)]

    refusal, let_in = refused(agent)
    assert (refusal.code, let_in - removed < 60) == ("SESSION_ENDED", True)
    refreshed = send(platform.url, "POST", f"{API}/auth/refresh", {"refresh_token": agent.refresh_token})
    login = send(platform.url, "POST", f"{API}/auth/login", {"email": agent.email, "password": PASSWORD})
    assert (refreshed.status, login.status) == (401, 401)
    assert owner.get(f"/buildings/{space['building_id']}")["owner_id"] == owner.id


def test_a_broker_bids_for_a_client_until_the_mandate_is_revoked(platform: Platform, owner: Person) -> None:
    client, broker = Person(platform, "CLIENT"), Person(platform, "BROKER")
    organization = client.get("/organizations/me")["id"]
    offer = {"space_id": new_space(owner)["id"], "bid_amount": 4000, "on_behalf_of": organization}
    assert broker.ask("POST", "/bids", offer).status == 404

    mandate = client.do("POST", "/mandates", broker_id=broker.id)
    bid = broker.do("POST", "/bids", **offer)
    assert (bid["client"]["name"], bid["broker"]["name"]) == (client.name, broker.name)
    with broker.listening() as ear:
        placed = ear.ask("bid:place", offer | {"space_id": new_space(owner)["id"]}, "r")
        assert placed["event"] == "bid:placed"
        owner.do("PUT", f"/bids/{bid['id']}/counter", counter_offer_amount=4400)
        assert ear.hear("bid:status_changed", bid_id=bid["id"], status="COUNTER_OFFERED")
    client.do("DELETE", f"/mandates/{mandate['id']}")

    path = f"/bids/{bid['id']}"
    refused = [
        broker.ask("GET", path),
        broker.ask("PUT", f"{path}/accept-counter", {}),
        broker.ask("POST", "/bids", offer),
    ]
    assert [answer.status for answer in refused] == [404] * 3
    assert broker.get("/bids")["data"] == []
    assert client.get(path)["status"] == "COUNTER_OFFERED"
