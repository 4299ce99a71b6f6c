"""Somebody sets a new password with the token of the mail (quality 48, 51, 52)."""

import threading
from time import sleep
from typing import Any

import pytest

from functions.auth.authorize import authorize
from functions.auth.close_sockets import close_sockets
from functions.auth.confirm_password_reset import confirm_password_reset
from functions.auth.login import login
from functions.auth.refresh import refresh
from functions.auth.request_password_reset import request_password_reset
from functions.notifications.compose_mail import compose_mail
from shared.auth import passwords, rules
from shared.kit.ids import new_id
from shared.kit.keys import derived_key
from shared.kit.request import Request, begin
from tests.auth.mailbox import mails_to, token_in
from tests.auth.test_logout import closings, socket_of
from tests.call import together
from tests.world import PASSWORD, close_connections

NEW = "Better-Staple-8"
PATIENCE = 120.0


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "COST", 4)


@pytest.fixture
def ask(world, call):
    """A fresh token for the person, as its mail would bring it."""

    def token_for(person: Any) -> str:
        assert call(request_password_reset, body={"email": person.email}).status == 200
        [row] = world.sql("SELECT id FROM user_tokens WHERE user_id = %(id)s ORDER BY id DESC LIMIT 1", id=person.id)
        begin(Request(request_password_reset.operation, "test"))
        return rules.mailed_token(derived_key(rules.RESET_KEY), row["id"])

    return token_for


def set_password(call: Any, token: str, password: str = NEW) -> Any:
    return call(confirm_password_reset, body={"token": token, "new_password": password})


def sign_in(call: Any, person: Any, password: str) -> Any:
    return call(login, body={"email": person.email, "password": password})


def test_the_token_from_the_email_sets_a_new_password_and_voids_the_old_one(world, call, invoke):
    client = world.client()
    correlation_id = new_id().hex
    headers = {"x-correlation-id": correlation_id}
    call(request_password_reset, body={"email": client.email}, headers=headers)
    [row] = world.sql("SELECT object_id FROM outbox WHERE correlation_id = %(id)s", id=correlation_id)
    invoke(compose_mail, *world.event_details(row["object_id"]))

    reply = set_password(call, token_in(mails_to(client.email)[0]))

    assert (reply.status, reply.json) == (200, {"message": "Password reset successful"})
    assert sign_in(call, client, PASSWORD).code == "INVALID_CREDENTIALS"
    assert sign_in(call, client, NEW).status == 200


def test_a_password_reset_ends_every_session_with_its_tokens_and_sockets(world, call, ask, invoke):
    client = world.client()
    signed_in = [sign_in(call, client, PASSWORD).json for _ in range(2)]
    connection_id = socket_of(world, client)
    closings()

    set_password(call, ask(client))

    for pair in signed_in:
        event = {"identitySource": [f"Bearer {pair['token']}"], "headers": {}}
        assert authorize(event, None)["context"] == {"refusal": "SESSION_ENDED"}
        assert call(refresh, body={"refresh_token": pair["refresh_token"]}).code == "SESSION_ENDED"
    assert world.sql("SELECT * FROM app.connection_caller(%(id)s)", id=connection_id) == []
    changed = world.event_details(client.id)[-1]
    assert (changed["name"], changed["data"]["sessions_ended"]) == ("user.password_changed", 3)
    assert invoke(close_sockets, changed) == []
    assert closings() == [connection_id]
    reasons = world.sql("SELECT DISTINCT revoked_reason FROM sessions WHERE user_id = %(id)s", id=client.id)
    assert reasons == [{"revoked_reason": "PASSWORD_CHANGED"}]


def test_a_password_reset_is_audited_and_announced(world, call, ask, invoke):
    client = world.client()
    set_password(call, ask(client))

    audit = world.audits(client.id)[-1]
    assert (audit["action"], audit["after"]) == ("user.password_changed", {"sessions_ended": 1})
    assert invoke(compose_mail, world.event_details(client.id)[-1]) == []
    assert [mail["subject"] for mail in mails_to(client.email)] == ["Your password was changed"]


def test_a_concurrent_login_with_the_old_password_keeps_no_session(world, call, ask, monkeypatch):
    client = world.client()
    token = ask(client)
    compared, go_on = threading.Event(), threading.Event()
    is_password = passwords.is_password

    def slow(password: str, password_hash: str | None) -> bool:
        matches = is_password(password, password_hash)
        if password == PASSWORD:
            compared.set()
            assert go_on.wait(PATIENCE)
        return matches

    monkeypatch.setattr(passwords, "is_password", slow)
    answers: dict[str, Any] = {}

    def run(name: str, action: Any) -> threading.Thread:
        def work() -> None:
            answers[name] = action()
            close_connections()

        thread = threading.Thread(target=work)
        thread.start()
        return thread

    signing_in = run("login", lambda: sign_in(call, client, PASSWORD))
    assert compared.wait(PATIENCE)
    changing = run("confirm", lambda: set_password(call, token))
    waiting = "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    while changing.is_alive() and not world.sql(waiting):
        sleep(0.01)
    go_on.set()
    signing_in.join()
    changing.join()

    assert answers["confirm"].status == 200
    alive = world.sql("SELECT id FROM sessions WHERE user_id = %(id)s AND revoked_at IS NULL", id=client.id)
    assert alive == []


def test_a_password_reset_token_works_once_even_in_a_race(world, call, ask):
    client = world.client()
    token = ask(client)

    tried: dict[str, Any] = {f"Racing-Horse-{number}": None for number in range(8)}

    def race(password: str) -> Any:
        tried[password] = set_password(call, token, password)
        return tried[password]

    replies = together([lambda password=password: race(password) for password in tried])  # type: ignore[misc]

    assert sorted(reply.status for reply in replies) == [200] + [400] * 7
    winner = next(password for password, reply in tried.items() if reply.status == 200)
    [row] = world.sql("SELECT password_hash FROM users WHERE id = %(id)s", id=client.id)
    assert [password for password in tried if passwords.is_password(password, row["password_hash"])] == [winner]
    [spent] = world.sql("SELECT spent_at FROM user_tokens WHERE user_id = %(id)s", id=client.id)
    assert spent["spent_at"] is not None
    assert {reply.code for reply in replies if reply.status == 400} == {"INVALID_TOKEN"}
    assert world.events(client.id).count("user.password_changed") == 1


def test_a_newer_password_reset_token_voids_the_older(world, call, ask):
    client = world.client()
    older, newer = ask(client), ask(client)

    assert set_password(call, older).code == "INVALID_TOKEN"
    assert world.events(client.id) == []
    assert set_password(call, newer).status == 200


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE user_tokens SET expires_at = now() WHERE user_id = %(id)s",
        "UPDATE user_tokens SET spent_at = now() WHERE user_id = %(id)s",
        "UPDATE user_tokens SET purpose = 'EMAIL_VERIFICATION' WHERE user_id = %(id)s",
        "UPDATE users SET status = 'SUSPENDED' WHERE id = %(id)s",
        "UPDATE users SET deleted_at = now() WHERE id = %(id)s",
    ],
)
def test_an_old_used_or_foreign_password_reset_token_is_refused(world, call, ask, change):
    client = world.client()
    token = ask(client)
    world.sql(change, id=client.id)
    [before] = world.sql("SELECT password_hash FROM users WHERE id = %(id)s", id=client.id)

    reply = set_password(call, token)

    assert (reply.status, reply.code, reply.fields) == (400, "INVALID_TOKEN", ["token"])
    assert world.sql("SELECT password_hash FROM users WHERE id = %(id)s", id=client.id) == [before]
    assert world.sql("SELECT id FROM sessions WHERE user_id = %(id)s AND revoked_at IS NULL", id=client.id)


@pytest.mark.parametrize("token", ["x", "01a1fd24-ecd8-70a5-a86f-c0062b56799f", "é", "x" * 500])
def test_an_unknown_password_reset_token_is_refused_without_a_bcrypt(call, monkeypatch, token):
    monkeypatch.setattr(passwords, "bcrypt", None)

    reply = set_password(call, token)

    assert (reply.status, reply.code) == (400, "INVALID_TOKEN")


def test_the_last_five_passwords_are_refused_and_the_sixth_is_not(world, call, ask):
    client = world.client()
    used = [PASSWORD, *(f"{NEW}{number}" for number in range(5))]
    for password in used[1:]:
        assert set_password(call, ask(client), password).status == 200

    token = ask(client)
    for password in used[1:]:
        reply = set_password(call, token, password)
        assert (reply.status, reply.code, reply.fields) == (400, "PASSWORD_REUSED", ["new_password"])
    assert set_password(call, token, used[0]).status == 200
    [row] = world.sql("SELECT password_hashes FROM password_history WHERE user_id = %(id)s", id=client.id)
    assert len(row["password_hashes"]) == 4


def test_a_refused_new_password_ends_no_session(world, call, ask):
    client = world.client()

    assert set_password(call, ask(client), PASSWORD).code == "PASSWORD_REUSED"

    assert world.events(client.id) == []
    assert sign_in(call, client, PASSWORD).status == 200
    alive = world.sql("SELECT id FROM sessions WHERE user_id = %(id)s AND revoked_at IS NULL", id=client.id)
    assert len(alive) == 2


def test_a_password_reset_ends_a_lockout(world, call, ask):
    client = world.client()
    for _ in range(5):
        sign_in(call, client, "Wrong-Horse-7")
    assert sign_in(call, client, PASSWORD).code == "ACCOUNT_LOCKED"

    set_password(call, ask(client))

    assert sign_in(call, client, NEW).status == 200


@pytest.mark.parametrize(
    ("password", "broken"),
    [
        ("Abcdef1", 1),
        ("abc", 3),
        ("", 4),
        ("A1" + "b" * 71, 1),
        ("A1" + "b" * 254, 1),
        ("Aa1" + "😀" * 18, 1),
        ("SecurePass123\x00!", 1),
    ],
)
def test_each_broken_rule_of_a_new_password_is_reported(world, call, ask, password, broken):
    token = ask(world.client())

    reply = set_password(call, token, password)

    assert (reply.status, reply.code) == (400, "VALIDATION_ERROR")
    assert reply.fields == ["new_password"] * broken
    assert set_password(call, token).status == 200


@pytest.mark.parametrize("password", ["Abcdefg1", "A1" + "b" * 70, "Aa1" + "😀" * 17])
def test_a_new_password_of_72_bytes_is_not_truncated(world, call, ask, password):
    client = world.client()
    set_password(call, ask(client), password)

    assert sign_in(call, client, password).status == 200
    assert sign_in(call, client, password[:-1]).status == 401


def test_only_password_hashes_at_full_cost_are_stored(world, call, ask, monkeypatch):
    monkeypatch.setattr(passwords, "COST", 12)
    client = world.client()
    set_password(call, ask(client))

    tables = ["users", "password_history", "outbox", "audit_logs", "user_tokens"]
    assert NEW not in str([world.sql(f"SELECT t::text FROM {table} t") for table in tables])
    [row] = world.sql("SELECT password_hash FROM users WHERE id = %(id)s", id=client.id)
    assert row["password_hash"].startswith("$2b$12$")


@pytest.mark.parametrize(("asked", "field"), [({"token": "x"}, "new_password"), ({"new_password": NEW}, "token")])
def test_a_password_reset_needs_token_and_password(call, asked, field):
    reply = call(confirm_password_reset, body=asked)

    assert (reply.status, reply.fields) == (400, [field])
