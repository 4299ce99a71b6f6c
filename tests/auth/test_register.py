"""Somebody opens an account."""

from typing import Any

import pytest

from functions.auth.register import register
from shared.kit.ids import new_id


def body(**changes: Any) -> dict[str, Any]:
    return {
        "email": f"{new_id().hex}@example.com",
        "password": "SecurePass123!",
        "name": "John Doe",
        "role": "CLIENT",
        "phone": "+1234567890",
    } | changes


def test_a_new_user_is_signed_in_with_their_own_organization(world, call):
    asked = body(organization_name="Doe & Co", company="Doe", title="CEO", terms_accepted=True)

    reply = call(register, body=asked)

    assert reply.status == 201
    assert set(reply.json) == {"outcome", "token", "refresh_token", "token_type", "expires_in", "user"}
    user = reply.json["user"]
    assert user["email"] == asked["email"]
    assert (user["name"], user["role"], user["email_verified"]) == ("John Doe", "CLIENT", False)
    [row] = world.sql(
        """SELECT o.name, u.title, u.company, u.phone, u.terms_accepted_at IS NOT NULL AS accepted
           FROM users u JOIN organizations o ON o.id = u.organization_id WHERE u.id = %(id)s""",
        id=user["id"],
    )
    assert row == {
        "name": "Doe & Co",
        "title": "CEO",
        "company": "Doe",
        "phone": "+1234567890",
        "accepted": True,
    }
    assert world.events(user["id"]) == ["user.registered"]
    [audit] = world.audits(user["id"])
    assert str(audit["user_id"]) == user["id"]


def test_the_refresh_token_is_also_set_as_an_http_only_cookie(call):
    reply = call(register, body=body())

    [cookie] = reply.cookies
    assert cookie.startswith(f"refresh_token={reply.json['refresh_token']};")
    assert {"HttpOnly", "Secure", "SameSite=Strict"} <= set(cookie.split("; "))


def test_an_organization_is_named_after_its_company_or_its_first_user(world, call):
    def name_of(**changes: Any) -> str:
        user = call(register, body=body(**changes)).json["user"]
        [row] = world.sql("SELECT name FROM organizations WHERE id = %(id)s", id=user["organization_id"])
        return str(row["name"])

    assert name_of(company="Doe Ltd") == "Doe Ltd"
    assert name_of() == "John Doe"


@pytest.mark.parametrize("role", ["OWNER", "CLIENT", "BROKER", "CONTRACTOR"])
def test_owners_clients_brokers_and_contractors_can_register(call, role):
    assert call(register, body=body(role=role)).json["user"]["role"] == role


@pytest.mark.parametrize("role", ["SUPER_ADMIN", "SUPPORT", "FINANCIAL_OFFICER", "AGENT", "client", "", None, 1])
def test_no_other_role_can_register(world, call, role):
    asked = body(role=role)

    reply = call(register, body=asked)

    assert (reply.status, reply.code, reply.fields) == (400, "VALIDATION_ERROR", ["role"])
    assert not world.sql("SELECT id FROM users WHERE email = %(email)s", email=asked["email"])


def test_an_address_is_taken_in_any_case(world, call):
    asked = body(email=f"John.{new_id().hex}@Example.com")
    call(register, body=asked)
    organizations = world.sql("SELECT count(*) FROM organizations")

    reply = call(register, body=asked | {"email": asked["email"].upper()})

    assert (reply.status, reply.code) == (409, "EMAIL_TAKEN")
    assert world.sql("SELECT count(*) FROM organizations") == organizations


@pytest.mark.parametrize(
    "email",
    [
        "user+tag@example.com",
        '"john doe"@example.com',
        "o'brien@sub.example.co",
        "x" * 64 + "@example.com",
        "a@leasing.test",
        "!#$%&'*+/=?^_`{|}~-@example.com",
    ],
)
def test_a_valid_rfc_5322_address_is_accepted_unchanged(world, call, email):
    world.sql("UPDATE users SET email = id::text || '@gone.example' WHERE email = %(email)s", email=email)
    assert call(register, body=body(email=email)).json["user"]["email"] == email


@pytest.mark.parametrize(
    "email",
    [
        "plain", "@example.com", "a@", "a b@example.com", "a..b@example.com", ".a@example.com", "a@b",
        "a@-x.com", "Bob <a@example.com>", "a@example.com ", "a@example.com\n", "a@example.com\x00",
        "jörg@example.com", "x" * 65 + "@example.com", "x@" + "a" * 250 + ".com", "", None, 1, "\ud800@example.com",
    ],
)  # fmt: skip
def test_an_invalid_address_is_refused_at_registration(call, email):
    text = body(email=email)
    if email == "\ud800@example.com":
        text = '{"email": "\\ud800@example.com", "password": "SecurePass123!", "name": "J", "role": "CLIENT"}'

    reply = call(register, body=text)

    assert (reply.status, reply.code, reply.fields) == (400, "VALIDATION_ERROR", ["email"])


@pytest.mark.parametrize(
    ("password", "broken"),
    [
        ("Abcdef1", 1),
        ("abcdefg1", 1),
        ("ABCDEFG1", 1),
        ("Abcdefgh", 1),
        ("abc", 3),
        ("", 4),
        ("A1" + "b" * 71, 1),
        ("A1" + "b" * 254, 1),
        ("Aa1" + "😀" * 18, 1),
        ("SecurePass123\x00!", 1),
    ],
)
def test_each_broken_rule_of_a_password_is_reported(call, password, broken):
    reply = call(register, body=body(password=password))

    assert (reply.status, reply.code) == (400, "VALIDATION_ERROR")
    assert reply.fields == ["password"] * broken


@pytest.mark.parametrize("password", ["Abcdefg1", "A1" + "b" * 70, "Aa1" + "😀" * 17, "Äöü45678"])
def test_a_password_of_72_bytes_is_not_truncated(call, password):
    from functions.auth.login import login

    asked = body(password=password)
    assert call(register, body=asked).status == 201

    assert call(login, body={"email": asked["email"], "password": password}).status == 200
    assert call(login, body={"email": asked["email"], "password": password[:-1]}).status == 401


def test_an_unknown_field_is_refused_at_registration(call):
    reply = call(register, body=body(id=str(new_id()), status="ACTIVE", email_verified=True))

    assert reply.status == 400
    assert set(reply.fields) == {"id", "status", "email_verified"}


def test_registration_stores_only_hashes(world, call):
    asked = body()

    reply = call(register, body=asked)

    secrets = [asked["password"], reply.json["token"], reply.json["refresh_token"]]
    tables = ["users", "sessions", "user_tokens", "outbox", "audit_logs"]
    kept = [str(world.sql(f"SELECT t::text FROM {table} t")) for table in tables]
    assert not [secret for secret in secrets for text in kept if secret in text]
    [row] = world.sql("SELECT password_hash FROM users WHERE email = %(email)s", email=asked["email"])
    assert row["password_hash"].startswith("$2b$12$")


def test_registration_events_and_audit_rows_contain_no_personal_data(world, call):
    asked = body(name="Canary Person", company="Canary Ltd")

    user = call(register, body=asked).json["user"]

    told = str(world.event_details(user["id"])) + str(world.audits(user["id"]))
    assert not [value for value in ("Canary", asked["email"], asked["phone"]) if value in told]
