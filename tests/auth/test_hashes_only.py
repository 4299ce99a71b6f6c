"""A whole life of an account leaves no token and no password in the database, in whatever form (quality 47)."""

from base64 import b64encode, urlsafe_b64decode
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from functions.auth.authorize import authorize
from functions.auth.confirm_password_reset import confirm_password_reset
from functions.auth.enable_second_factor import enable_second_factor
from functions.auth.login import login
from functions.auth.logout import logout
from functions.auth.refresh import refresh
from functions.auth.register import register
from functions.auth.request_password_reset import request_password_reset
from functions.auth.resend_verification import resend_verification
from functions.auth.set_up_second_factor import set_up_second_factor
from functions.auth.verify_email import verify_email
from functions.auth.verify_second_factor import verify_second_factor
from functions.notifications.compose_mail import compose_mail
from functions.realtime.authenticate import authenticate
from functions.realtime.connect import connect
from functions.realtime.issue_ticket import issue_ticket
from shared.auth import opaque, second_factor
from shared.kit import tokens
from shared.kit.catalog import Role
from shared.kit.ids import new_id
from tests.auth.authenticator import App, stopped_clock
from tests.auth.mailbox import mails, token_in
from tests.realtime.sockets import Client
from tests.world import User


def everything(world: Any) -> dict[str, str]:
    """Table → all of its rows with all of their columns, as text; bytes are in hexadecimal."""
    tables = world.sql(
        """SELECT n.nspname || '.' || c.relname AS name, c.oid::regclass::text AS quoted
           FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
           WHERE c.relkind IN ('r', 'p', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
             AND n.nspname <> 'pg_toast'"""
    )
    return {
        table["name"]: "\n".join(row["row"] for row in world.sql(f"SELECT t::text AS row FROM {table['quoted']} t"))
        for table in tables
    }


def forms(secret: str) -> Iterator[str]:
    """The secret as it is, and as somebody may have put it away who meant well."""
    yield secret
    yield secret.encode().hex()
    yield b64encode(secret.encode()).decode().rstrip("=")
    if len(secret) > 40 and "." not in secret:
        # What stands behind the base64 of a token of ours.
        raw = urlsafe_b64decode(secret + "=" * (-len(secret) % 4))
        yield raw.hex()
        yield b64encode(raw).decode().rstrip("=")
        yield b64encode(raw).decode().rstrip("=").replace("+", "-").replace("/", "_")


@pytest.fixture
def life(world, call, invoke):
    """Somebody registers, proves the address, forgets the password, comes and goes: all secrets on the way."""
    email = f"{new_id().hex}@example.com"
    passwords = {"first": "Life-Story-Horse-1", "guess": "Life-Story-Guess-2", "second": "Life-Story-Horse-3"}
    secrets: dict[str, str] = {f"{name} password": password for name, password in passwords.items()}
    mails()

    def keep(name: str, pair: dict[str, Any]) -> dict[str, Any]:
        secrets[f"{name} access token"], secrets[f"{name} refresh token"] = pair["token"], pair["refresh_token"]
        # Whoever has the signature has the token: the rest of it is no secret.
        secrets[f"{name} signature"] = pair["token"].rpartition(".")[2]
        return pair

    def mailed(name: str, thing: Any) -> str:
        assert invoke(compose_mail, world.event_details(thing)[-1]) == []
        [mail] = [mail for mail in mails() if mail["to"] == email]
        secrets[name] = token_in(mail)
        return secrets[name]

    body = {"email": email, "password": passwords["first"], "name": "A Life", "role": "CLIENT"}
    person = keep("first", call(register, body=body).json)
    user_id = person["user"]["id"]
    session = User(
        id=user_id,
        organization_id=person["user"]["organization_id"],
        role=Role.CLIENT,
        email=email,
        name="A Life",
        session_id=tokens.verify(person["token"])["sid"],
        email_verified=False,
    )
    mailed("first verification token", user_id)
    assert call(resend_verification, as_=session, key="a-key").status == 200
    assert call(verify_email, body={"token": mailed("verification token", user_id)}).status == 200
    assert call(login, body={"email": email, "password": passwords["guess"]}).status == 401
    second = keep("second", call(login, body={"email": email, "password": passwords["first"]}).json)
    third = keep("third", call(refresh, body={"refresh_token": second["refresh_token"]}).json)
    assert authorize({"identitySource": [f"Bearer {third['token']}"], "headers": {}}, None)["isAuthorized"]
    assert Client().open(connect, token=third["token"]) == 200
    socket = Client()
    socket.open(connect)
    assert socket.say(authenticate, "auth", {"token": third["token"]})["event"] == "auth:ok"
    assert call(request_password_reset, body={"email": email}).status == 200
    [row] = world.sql("SELECT id FROM user_tokens WHERE user_id = %(id)s AND purpose = 'PASSWORD_RESET'", id=user_id)
    reset = {"token": mailed("reset token", row["id"]), "new_password": passwords["second"]}
    assert call(logout, as_=session, key="another-key").status == 200
    assert call(confirm_password_reset, body=reset).status == 200
    assert call(refresh, body={"refresh_token": third["refresh_token"]}).status == 401
    fourth = keep("fourth", call(login, body={"email": email, "password": passwords["second"]}).json)
    here = replace(session, session_id=tokens.verify(fourth["token"])["sid"])
    app = call(set_up_second_factor, as_=here, key="a-third-key").json
    secrets["ticket"], secrets["spent ticket"] = (call(issue_ticket, as_=here).json["ticket"] for _ in range(2))
    assert Client().open(connect, ticket=secrets["spent ticket"]) == 200
    secrets["second factor"] = app["secret"]
    with stopped_clock():
        enabled = {"code": App(app["otpauth_uri"]).code()}
        codes = call(enable_second_factor, as_=here, body=enabled, key="a-fourth-key").json["recovery_codes"]
    secrets |= {f"recovery code {number}": code for number, code in enumerate(codes)}
    secrets |= {f"recovery code {number} as typed": code.replace("-", "") for number, code in enumerate(codes)}
    asked = call(login, body={"email": email, "password": passwords["second"]}).json
    secrets["mfa token"] = asked["mfa_token"]
    verified = {"mfa_token": asked["mfa_token"], "recovery_code": codes[0]}
    keep("fifth", call(verify_second_factor, body=verified).json)
    return email, secrets


def test_after_a_users_whole_life_the_database_has_only_hashes(world, life):
    email, secrets = life
    kept = everything(world)

    found = [
        (name, table) for name, secret in secrets.items() for form in forms(secret) for table, text in kept.items()
        if form in text
    ]  # fmt: skip
    assert found == []
    # The search does find what is there: the person, and the hashes of what was looked for.
    assert email in kept["public.users"]
    assert opaque.hash_of(secrets["fourth refresh token"]) in kept["public.sessions"]
    assert opaque.hash_of(secrets["reset token"]) in kept["public.user_tokens"]
    assert opaque.hash_of(secrets["ticket"]) in kept["public.user_tokens"]
    assert opaque.hash_of(secrets["mfa token"]) in kept["public.user_tokens"]
    assert second_factor.recovery_hash(secrets["recovery code 9"]) in kept["public.recovery_codes"]
    assert "$2b$12$" in kept["public.users"] and "$2b$12$" in kept["public.password_history"]
    assert {"public.outbox", "public.audit_logs", "public.idempotency_keys", "public.connections"} <= set(kept)
