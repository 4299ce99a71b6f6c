"""Somebody signs in."""

from collections.abc import Iterator
from typing import Any

import bcrypt
import psycopg
import pytest

from functions.auth.login import login
from shared.auth import passwords
from shared.kit import tokens
from shared.kit.ids import new_id
from tests.auth import valkey
from tests.call import together
from tests.world import PASSWORD


def unknown() -> str:
    return f"{new_id().hex}@example.com"


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, list[Any]]]:
    """Every bcrypt and every SQL statement of this process, as they happen."""
    seen: dict[str, list[Any]] = {"bcrypt": [], "sql": []}
    check, execute = bcrypt.checkpw, psycopg.Connection.execute

    def counting_check(password: bytes, hashed: bytes) -> bool:
        seen["bcrypt"].append(hashed[:7])
        return check(password, hashed)

    def counting_execute(self: Any, query: Any, *args: Any, **kwargs: Any) -> Any:
        seen["sql"].append(query)
        return execute(self, query, *args, **kwargs)

    monkeypatch.setattr(passwords.bcrypt, "checkpw", counting_check)
    monkeypatch.setattr(psycopg.Connection, "execute", counting_execute)
    yield seen


def test_the_right_password_returns_tokens_and_the_user(world, call):
    client = world.client()

    reply = call(login, body={"email": client.email, "password": PASSWORD})

    assert reply.status == 200
    assert reply.json["user"] == {
        "id": str(client.id),
        "email": client.email,
        "name": client.name,
        "role": "CLIENT",
        "email_verified": True,
        "organization_id": str(client.organization_id),
    }
    assert (reply.json["token_type"], reply.json["expires_in"]) == ("Bearer", 86400)
    claims = tokens.verify(reply.json["token"])
    assert claims["userId"] == claims["sub"] == str(client.id)
    assert (claims["email"], claims["role"]) == (client.email, "CLIENT")
    assert claims["org_id"] == str(client.organization_id)
    assert claims["exp"] - claims["iat"] == 86400
    assert world.events(claims["sid"]) == ["session.started"]
    [audit] = world.audits(claims["sid"])
    assert audit["user_id"] == client.id


def test_the_case_of_an_address_does_not_matter_at_login(world, call):
    client = world.client()

    assert call(login, body={"email": client.email.upper(), "password": PASSWORD}).status == 200


def attempts_at(world: Any, email: str) -> list[dict[str, Any]]:
    """What is remembered of the failures at an address."""
    return world.sql(  # type: ignore[no-any-return]
        """SELECT failed_attempts, locked_until > now() AS is_locked FROM login_attempts
           WHERE email_hash = encode(sha256(convert_to(%(email)s, 'UTF8')), 'hex')""",
        email=email.lower(),
    )


@pytest.mark.parametrize("earlier_failures", [0, 4, 5], ids=["first", "the one that locks", "locked"])
def test_an_unknown_address_and_a_wrong_password_get_the_same_answer_after_the_same_work(
    world, call, counted, earlier_failures
):
    body = {"password": "Wrong-Horse-7"}
    client = world.client()
    world.sql(
        "UPDATE users SET password_hash = %(hash)s WHERE id = %(id)s",
        hash=passwords.hash_password(PASSWORD),
        id=client.id,
    )
    told, work, kept = [], [], []
    for email in (client.email, unknown()):
        with pytest.MonkeyPatch.context() as quick:
            quick.setattr(passwords, "is_password", lambda *_: False)
            for _ in range(earlier_failures):
                call(login, body=body | {"email": email})
        counted["bcrypt"].clear(), counted["sql"].clear()
        reply = call(login, body=body | {"email": email}, headers={"x-correlation-id": "same"})
        error = reply.json["error"]
        if earlier_failures == 5:
            # The clock goes on between two requests.
            assert 890 <= error.pop("retry_after") <= 900
        told.append((reply.status, error, reply.cookies))
        work.append((list(counted["bcrypt"]), list(counted["sql"])))
        kept.append(attempts_at(world, email))

    is_locked = earlier_failures == 5
    assert told[0] == told[1]
    assert told[0][0] == 401
    assert told[0][1]["code"] == ("ACCOUNT_LOCKED" if is_locked else "INVALID_CREDENTIALS")
    assert work[0] == work[1]
    assert work[0][0] == ([] if is_locked else [b"$2b$12$"])
    assert any("FROM users" in statement for statement in work[0][1])
    assert any("login_attempts" in statement for statement in work[0][1])
    assert kept[0] == kept[1]
    assert kept[0][0]["failed_attempts"] == min(earlier_failures + 1, 5)


@pytest.mark.parametrize("known", [True, False])
def test_five_failures_lock_an_address_known_or_not(world, call, known):
    email = world.client().email if known else unknown()
    for _ in range(5):
        assert call(login, body={"email": email, "password": "Wrong-Horse-7"}).code == "INVALID_CREDENTIALS"

    reply = call(login, body={"email": email.upper(), "password": PASSWORD})

    assert (reply.status, reply.code) == (401, "ACCOUNT_LOCKED")
    assert 890 <= reply.json["error"]["retry_after"] <= 900
    assert reply.headers["retry-after"] == str(reply.json["error"]["retry_after"])


def test_a_lockout_ends_and_the_count_starts_again(world, call):
    client = world.client()
    for _ in range(5):
        call(login, body={"email": client.email, "password": "Wrong-Horse-7"})
    world.sql("UPDATE login_attempts SET locked_until = now() - interval '1 second' WHERE locked_until > now()")

    for _ in range(4):
        assert call(login, body={"email": client.email, "password": "Wrong"}).code == "INVALID_CREDENTIALS"
    assert call(login, body={"email": client.email, "password": PASSWORD}).status == 200


def test_a_successful_login_resets_the_count_of_failures(world, call):
    client = world.client()
    for _ in range(2):
        for _ in range(4):
            call(login, body={"email": client.email, "password": "Wrong-Horse-7"})
        assert call(login, body={"email": client.email, "password": PASSWORD}).status == 200


@pytest.mark.parametrize("known", [True, False])
def test_of_a_hundred_concurrent_password_guesses_five_are_tried(world, call, counted, known):
    client = world.client()
    email = client.email if known else unknown()

    def guess():
        return call(login, body={"email": email, "password": "Wrong-Horse-7"}).code

    codes = together([guess] * 100)

    assert set(codes) <= {"INVALID_CREDENTIALS", "ACCOUNT_LOCKED", "SERVICE_UNAVAILABLE"}
    # On a busy machine many of the queue may not get their turn in time: they are told so, and have tried nothing.
    while "ACCOUNT_LOCKED" not in codes:
        assert codes.count("INVALID_CREDENTIALS") <= 5
        codes.append(guess())
    assert len(counted["bcrypt"]) == codes.count("INVALID_CREDENTIALS") == 5
    assert attempts_at(world, email) == [{"failed_attempts": 5, "is_locked": True}]
    assert world.sql("SELECT count(*) AS n FROM sessions WHERE user_id = %(id)s", id=client.id) == [{"n": 1}]


@pytest.mark.parametrize("change", ["status = 'SUSPENDED'", "deleted_at = now()"])
def test_a_suspended_or_deleted_user_cannot_log_in(world, call, change):
    client = world.client()
    world.sql(f"UPDATE users SET {change} WHERE id = %(id)s", id=client.id)

    assert call(login, body={"email": client.email, "password": PASSWORD}).code == "INVALID_CREDENTIALS"


@pytest.mark.parametrize("password", ["x" * 73, "x" * 256, "😀" * 19, "Correct\x00Horse"])
def test_a_password_that_bcrypt_would_truncate_is_refused(world, call, password):
    reply = call(login, body={"email": world.client().email, "password": password})

    assert (reply.status, reply.fields) == (400, ["password"])


def test_failed_logins_are_counted_by_hashes_of_addresses(world, call):
    email = unknown()
    call(login, body={"email": email, "password": "x"})

    assert email not in str(world.sql("SELECT * FROM login_attempts"))


def test_without_valkey_logins_of_an_ip_are_counted_in_the_database(world, call, monkeypatch):
    client = world.client()
    ip, other = f"2001:db8::{new_id().hex[-4:]}", "198.51.100.77"

    def sign_in(address: str, **asked: Any) -> Any:
        return call(login, body={"email": client.email, "password": PASSWORD} | asked, ip=address)

    with valkey.down(monkeypatch):
        statuses = [sign_in(ip, email=unknown()).status for _ in range(4)]
        statuses += [sign_in(ip).status, sign_in(ip).status]
        refused = sign_in(ip)
        elsewhere = sign_in(other).status
    back = sign_in(ip).status

    assert statuses == [401] * 4 + [200, 429]
    assert refused.code == "RATE_LIMIT_EXCEEDED"
    assert 1 <= refused.json["error"]["retry_after"] <= 60
    assert refused.headers["x-ratelimit-remaining"] == "0"
    assert (elsewhere, back) == (200, 200)
    assert world.sql("SELECT count(*) AS n FROM sessions WHERE user_id = %(id)s", id=client.id) == [{"n": 4}]


def test_without_valkey_other_operations_are_not_limited(world, call, monkeypatch):
    from functions.users.get_profile import get_profile

    client = world.client()
    with valkey.down(monkeypatch):
        replies = [call(get_profile, as_=client) for _ in range(102)]

    assert {reply.status for reply in replies} == {200}
