"""Who signs out, or sets a new password, is out: no token of before is good for 60 s, no socket hears on (quality 48).

The gateway keeps what the authorizer told it of a token for 45 s; each token here has been used right before.
"""

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from local.platform import Platform
from tests.journeys.client import API, PASSWORD, Answer, Ear, Person, connect, refused, send, until
from tests.journeys.deals import new_space, place_bid
from tools.operate import operate

NEW_PASSWORD = "Journey-Passw0rd-2"


def sign_out(person: Person) -> None:
    assert person.ask("POST", "/auth/logout").status == 200


def end_this_session(person: Person) -> None:
    """From another one, as somebody does who has lost a phone."""
    url = person.platform.url
    asked = {"email": person.email, "password": PASSWORD}
    here = {"Authorization": f"Bearer {send(url, 'POST', f'{API}/auth/login', asked).json['token']}"}
    listed = send(url, "GET", f"{API}/auth/sessions", headers=here).json["data"]
    [lost] = [session["id"] for session in listed if not session["is_current"]]
    assert send(url, "DELETE", f"{API}/auth/sessions/{lost}", headers=here).status == 204
    assert send(url, "POST", f"{API}/auth/logout", headers=here).status == 200


def set_password(person: Person) -> None:
    """With the token from the mail, as somebody does who is signed in nowhere."""
    url = person.platform.url
    assert send(url, "POST", f"{API}/auth/password-reset", {"email": person.email}).status == 200

    def token() -> str | None:
        mails = send(url, "GET", f"/_local/mailbox?to={person.email}").json["data"]
        texts = [mail["text"] for mail in mails if "reset-password?token=" in mail["text"]]
        return texts[0].partition("reset-password?token=")[2].split()[0] if texts else None

    asked = {"token": until(token), "new_password": NEW_PASSWORD}
    assert send(url, "POST", f"{API}/auth/password-reset/confirm", asked).status == 200


def be_suspended(person: Person) -> None:
    """By an administrator whom an operator's command has made."""
    admin = Person(person.platform, "CLIENT")
    operate("make_administrator", json.dumps({"email": admin.email}), "local", person.platform.state)
    assert admin.ask("PUT", f"/admin/users/{person.id}/suspend", {"reason": "Forged documents"}).status == 200


WAYS: dict[str, Callable[[Person], None]] = {
    "logout": sign_out,
    "its end from elsewhere": end_this_session,
    "a new password": set_password,
    "suspension": be_suspended,
}


@dataclass
class Ended:
    """What was seen of an owner's session after its end."""

    person: Person
    token_good_for: float
    refusal: Answer
    heard_since: list[dict[str, Any]]


def end(platform: Platform, client: Person, way: str) -> Ended:
    owner = Person(platform, "OWNER")
    space = new_space(owner)
    with owner.listening() as ear:
        assert ear.ask("ping", {}, "p")["event"] == "pong"
        assert owner.ask("GET", "/users/me").status == 200
        WAYS[way](owner)
        ended = time.monotonic()
        heard_before = len(ear.heard)
        # A bid on the owner's space: who still listened would hear of it.
        place_bid(client, space)
        with pytest.raises(ConnectionClosed):
            while True:
                ear.next()
        heard_since = ear.heard[heard_before:]
    refusal, let_in = refused(owner)
    return Ended(owner, let_in - ended, refusal, heard_since)


@pytest.fixture(scope="module")
def sessions(platform: Platform, client: Person) -> Iterator[dict[str, Ended]]:
    with ThreadPoolExecutor(len(WAYS)) as pool:
        yield dict(zip(WAYS, pool.map(lambda way: end(platform, client, way), WAYS), strict=True))


@pytest.fixture(params=WAYS)
def ended(request: pytest.FixtureRequest, sessions: dict[str, Ended]) -> Ended:
    return sessions[request.param]


def test_an_access_token_stops_working_within_a_minute_of_signing_out(ended: Ended) -> None:
    assert ended.token_good_for < 60
    assert ended.refusal.code == "SESSION_ENDED"


def test_a_signed_out_users_socket_is_closed_and_gets_no_frames(platform: Platform, ended: Ended) -> None:
    assert ended.heard_since == []
    with psycopg.connect(platform.database_url) as database:
        left = database.execute("SELECT count(*) FROM connections WHERE user_id = %s", (ended.person.id,)).fetchone()
        kept = database.execute("SELECT revoked_at FROM sessions WHERE user_id = %s", (ended.person.id,)).fetchall()
    assert left == (0,)
    assert kept and all(revoked_at is not None for (revoked_at,) in kept)


def test_neither_token_works_again_after_signing_out(platform: Platform, ended: Ended) -> None:
    refreshed = send(platform.url, "POST", f"{API}/auth/refresh", {"refresh_token": ended.person.refresh_token})
    assert (refreshed.status, refreshed.code) == (401, "SESSION_ENDED")
    with pytest.raises(InvalidStatus) as unopened, connect(f"{platform.ws_url}?token={ended.person.token}"):
        pass
    assert unopened.value.response.status_code == 401
    with connect(platform.ws_url) as socket:
        answer = Ear(socket).ask("auth", {"token": ended.person.token}, "a")
    assert (answer["event"], answer["data"]["code"]) == ("error", "SESSION_ENDED")


def test_signing_in_again_requires_the_current_password(platform: Platform, sessions: dict[str, Ended]) -> None:
    def login(person: Person, password: str) -> int:
        return send(platform.url, "POST", f"{API}/auth/login", {"email": person.email, "password": password}).status

    assert login(sessions["logout"].person, PASSWORD) == 200
    assert login(sessions["a new password"].person, PASSWORD) == 401
    assert login(sessions["a new password"].person, NEW_PASSWORD) == 200
    assert login(sessions["suspension"].person, PASSWORD) == 401
