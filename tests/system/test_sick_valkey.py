"""Quality 27: Valkey is down, slow, wiped, or holds what it should not: it is never needed for a right answer."""

from types import SimpleNamespace

import pytest

from functions.auth.login import login
from functions.bids.list_bids import list_bids
from functions.bids.place_bid import place_bid
from functions.buildings.get_building import get_building
from functions.search.search_spaces import search_spaces
from functions.spaces.get_space import get_space
from functions.users.get_profile import get_profile
from shared.kit import valkey as kit
from shared.kit.ids import new_id
from tests.auth import valkey
from tests.world import PASSWORD

# Wiped, it counts again from nothing; otherwise nobody counts but PostgreSQL.
UNCOUNTED = [sickness for sickness in valkey.SICK if sickness != "wiped"]


def address():
    return f"2001:db8::{new_id().hex[-4:]}"


@pytest.fixture
def somebody(world, call):
    """A client with a bid on a listed space, and everything that it and the public may read of it."""

    class Somebody:
        client, space, ip = world.client(), world.space(), address()
        [building] = world.sql("SELECT building_id AS id FROM spaces WHERE id = %(id)s", id=space)
        bid = call(place_bid, as_=client, body={"space_id": space, "bid_amount": 4500}).json["id"]

        def read(self):
            replies = [
                call(get_space, path={"space_id": self.space}, ip=self.ip),
                call(get_building, path={"building_id": self.building["id"]}, ip=self.ip),
                call(search_spaces, query={"building_id": self.building["id"]}, ip=self.ip),
                call(get_profile, as_=self.client),
                call(list_bids, as_=self.client),
            ]
            return [(reply.status, reply.body, reply.headers.get("etag")) for reply in replies]

        def sign_in(self):
            return call(login, body={"email": self.client.email, "password": PASSWORD}, ip=self.ip)

    return Somebody()


@pytest.mark.parametrize("sickness", valkey.SICK)
def test_without_valkey_users_can_read_sign_in_and_work(world, call, monkeypatch, somebody, sickness):
    before = somebody.read()
    assert {status for status, _, _ in before} == {200}

    with valkey.SICK[sickness](monkeypatch):
        assert somebody.read() == somebody.read() == before
        signed_in = somebody.sign_in()
        again = call(place_bid, as_=somebody.client, body={"space_id": world.space(), "bid_amount": 4500})
        listed = call(list_bids, as_=somebody.client).json["data"]

    assert (signed_in.status, again.status) == (200, 201)
    assert [bid["id"] for bid in listed] == [again.json["id"], somebody.bid]
    assert world.sql("SELECT count(*) AS n FROM sessions WHERE user_id = %(id)s", id=somebody.client.id) == [{"n": 2}]
    assert {status for status, _, _ in somebody.read()} == {200}


@pytest.mark.parametrize("sickness", UNCOUNTED)
def test_without_valkey_only_logins_are_limited(world, call, monkeypatch, somebody, sickness):
    assert somebody.sign_in().status == call(get_profile, as_=somebody.client).status == 200

    with valkey.SICK[sickness](monkeypatch):
        statuses = [somebody.sign_in().status for _ in range(7)]
        open_to = {call(get_profile, as_=somebody.client).status for _ in range(102)}

    assert statuses == [200] * 5 + [429] * 2
    assert open_to == {200}
    assert world.sql("SELECT count(*) AS n FROM sessions WHERE user_id = %(id)s", id=somebody.client.id) == [{"n": 7}]


def test_a_wiped_valkey_forgets_its_limits(call, monkeypatch, somebody):
    valkey.forget()
    monkeypatch.setenv("RATE_LIMIT_SCALE", "1")
    assert [somebody.sign_in().status for _ in range(6)] == [200] * 5 + [429]

    with valkey.wiped(monkeypatch):
        reply = somebody.sign_in()

    assert (reply.status, reply.headers["x-ratelimit-remaining"]) == (200, "4")


def test_a_slow_valkey_is_waited_for_50_ms_once_a_second(call, monkeypatch, somebody):
    clock, waited, connect = [0.0], [], kit._connect

    def noted():
        try:
            connect()
        finally:
            waited.append((clock[0], kit._state.socket.gettimeout()))

    monkeypatch.setattr(kit, "_connect", noted)
    monkeypatch.setattr(kit, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    with valkey.slow(monkeypatch):
        for clock[0] in (100.0, 100.5, 100.99, 101.0, 101.9, 102.0):
            replies = [call(get_profile, as_=somebody.client) for _ in range(5)]
            assert {reply.status for reply in replies} == {200}

    assert waited == [(100.0, 0.05), (101.0, 0.05), (102.0, 0.05)]
