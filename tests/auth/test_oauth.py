"""Signing in with an account elsewhere, against a provider that speaks OpenID Connect to the letter."""

import base64
import json
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import boto3
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from functions.auth.confirm_password_reset import confirm_password_reset
from functions.auth.exchange_oauth import exchange_oauth
from functions.auth.finish_oauth import finish_oauth
from functions.auth.login import login
from functions.auth.start_oauth import start_oauth
from functions.auth.verify_second_factor import verify_second_factor
from functions.notifications.compose_mail import compose_mail
from functions.users.delete_account import delete_account
from functions.users.get_profile import get_profile
from shared.auth import oidc, opaque
from shared.kit import tokens
from shared.kit.catalog import Role
from shared.kit.ids import new_id
from tests.auth.authenticator import protected
from tests.auth.mailbox import mails_to
from tests.auth.oidc_provider import CLIENT, SECRET, OidcProvider
from tests.auth.test_hashes_only import everything, forms
from tests.call import together
from tests.world import User

FRONTEND = "http://localhost:3000"


@pytest.fixture(scope="module")
def google() -> Iterator[OidcProvider]:
    provider = OidcProvider()
    yield provider
    provider.close()


@pytest.fixture(scope="module")
def linkedin() -> Iterator[OidcProvider]:
    provider = OidcProvider(tells_in_token=False)
    yield provider
    provider.close()


@pytest.fixture(autouse=True)
def _configured(environment, google, linkedin, monkeypatch):
    """Both providers, as an operator fills them in."""
    kept = {
        name: {"issuer": provider.issuer, "client_id": CLIENT, "client_secret": SECRET}
        for name, provider in (("google", google), ("linkedin", linkedin))
    }
    made = boto3.client("secretsmanager").create_secret(Name=new_id().hex, SecretString=json.dumps(kept))
    monkeypatch.setenv("OAUTH_SECRET_ARN", made["ARN"])
    for provider in (google, linkedin):
        provider.forge, provider.agrees = None, True
        provider.person = somebody()


def somebody(**changes: Any) -> dict[str, Any]:
    number = new_id().hex
    person = {"sub": number, "email": f"{number}@example.com", "email_verified": True, "name": "Some Body"}
    return person | changes


class Browser:
    """Keeps cookies, follows where it is sent."""

    def __init__(self, call: Any, provider: OidcProvider, name: str = "google") -> None:
        self.call, self.provider, self.name = call, provider, name
        self.cookies: list[str] = []

    def start(self, **query: Any) -> Any:
        reply = self.call(start_oauth, path={"provider": self.name}, query=query)
        self.cookies = [cookie.partition(";")[0] for cookie in reply.cookies]
        return reply

    def finish(self, address: str, **changes: str) -> Any:
        query = {name: value for name, [value] in parse_qs(urlsplit(address).query).items()} | changes
        return finished(self.name, self.cookies, query)

    def sign_in(self, **query: Any) -> dict[str, str]:
        """What the frontend is given in the end."""
        back = self.finish(self.provider.visit(self.start(**query).headers["location"]))
        assert back.status == 302, back.body
        return {name: value for name, [value] in parse_qs(urlsplit(back.headers["location"]).query).items()}

    def code(self, **query: Any) -> str:
        given = self.sign_in(**query)
        assert set(given) == {"code"}, given
        return given["code"]


def finished(name: str, cookies: list[str], query: dict[str, str]) -> Any:
    from tests.call import Answer, http_event

    event = http_event(finish_oauth.operation, as_=None, path={"provider": name}, query=query)
    response = finish_oauth(event | {"cookies": cookies}, None)
    return Answer(response["statusCode"], response["headers"], response["body"].encode(), response["cookies"])


@pytest.fixture
def browser(call, google):
    return Browser(call, google)


def exchange(call: Any, code: str) -> Any:
    return call(exchange_oauth, body={"code": code})


def users_with(world: Any, email: str) -> list[dict[str, Any]]:
    return list(world.sql("SELECT * FROM users WHERE lower(email) = lower(%(email)s)", email=email))


def test_the_browser_is_sent_to_the_provider_with_state_nonce_and_challenge(browser, google):
    reply = browser.start()

    asked = {name: value for name, [value] in parse_qs(urlsplit(reply.headers["location"]).query).items()}
    assert (reply.status, reply.body) == (302, b"")
    assert reply.headers["location"].startswith(f"{google.issuer}/authorize?")
    assert asked["redirect_uri"] == "http://127.0.0.1:8000/api/v1/auth/oauth/google/callback"
    assert asked["scope"] == "openid email profile"
    assert set(asked) == {
        "client_id", "response_type", "redirect_uri", "scope", "state", "nonce", "code_challenge",
        "code_challenge_method",
    }  # fmt: skip
    [cookie] = reply.cookies
    assert {"HttpOnly", "Secure", "SameSite=Lax", "Path=/api/v1/auth/oauth", "Max-Age=600"} <= set(cookie.split("; "))
    # Nothing that the cookie keeps secret stands in the address, and no two attempts are alike.
    assert not {asked["state"], asked["nonce"]} & {asked["code_challenge"]}
    again = parse_qs(urlsplit(browser.start().headers["location"]).query)
    assert not {again["state"][0], again["nonce"][0], again["code_challenge"][0]} & set(asked.values())


def test_a_first_sign_in_creates_an_account_from_what_the_provider_verified(world, call, browser, google):
    reply = exchange(call, browser.code(role="OWNER"))

    assert reply.status == 200
    user = reply.json["user"]
    assert (user["email"], user["name"], user["role"]) == (google.person["email"], "Some Body", "OWNER")
    assert user["email_verified"] is True
    claims = tokens.verify(reply.json["token"])
    assert claims["sub"] == user["id"]
    assert world.events(claims["sid"]) == ["session.started"]
    assert world.events(user["id"]) == ["user.joined", "user.identity_linked"]
    assert reply.cookies[0].startswith("refresh_token=")
    # No password opens it, the empty one neither.
    for password in ("", "Some-Horse-7"):
        assert call(login, body={"email": user["email"], "password": password}).code == "INVALID_CREDENTIALS"


def test_a_returning_user_is_recognized_whatever_their_address_is_by_then(call, browser, google):
    first = exchange(call, browser.code()).json["user"]
    google.person = google.person | {"email": f"new-{google.person['email']}", "name": "Else"}

    again = exchange(call, browser.code(role="OWNER")).json["user"]

    assert again == first


def test_two_providers_with_the_same_verified_address_open_one_account(world, call, invoke, browser, linkedin, google):
    """LinkedIn here tells the address by userinfo, as a provider may."""
    first = exchange(call, browser.code()).json["user"]
    linkedin.person = somebody(email=google.person["email"].upper(), email_verified="true")

    second = exchange(call, Browser(call, linkedin, "linkedin").code()).json["user"]

    assert second == first
    linked = [event for event in world.event_details(first["id"]) if event["name"] == "user.identity_linked"]
    assert [event["data"]["is_new"] for event in linked] == [True, False]
    assert invoke(compose_mail, *linked) == []
    [mail] = mails_to(google.person["email"])
    assert "sign in to your account with LinkedIn" in mail["text"].replace("\n", " ")


def test_a_provider_does_not_open_an_account_with_a_password(world, call, browser, google):
    """Whoever registered the address beforehand does not share the account of the person who owns it."""
    client = world.client()
    google.person = somebody(email=client.email.upper())

    reply = exchange(call, browser.code())

    assert (reply.status, reply.code) == (409, "EMAIL_TAKEN")
    assert world.sql("SELECT * FROM oauth_identities WHERE user_id = %(id)s", id=client.id) == []
    assert len(users_with(world, client.email)) == 1


def test_an_account_that_got_a_password_is_opened_only_by_its_own_identity(world, call, browser, google, linkedin):
    user = exchange(call, browser.code()).json["user"]
    world.sql(
        """INSERT INTO user_tokens (id, user_id, purpose, token_hash, expires_at)
           VALUES (%(token)s, %(user)s, 'PASSWORD_RESET', %(hash)s, now() + interval '1 hour')""",
        token=new_id(), user=user["id"], hash=opaque.hash_of(f"reset {user['id']}"),
    )  # fmt: skip
    body = {"token": f"reset {user['id']}", "new_password": "Another-Horse-8"}
    assert call(confirm_password_reset, body=body).status == 200
    assert call(login, body={"email": user["email"], "password": "Another-Horse-8"}).status == 200

    linkedin.person = somebody(email=user["email"])
    assert exchange(call, Browser(call, linkedin, "linkedin").code()).code == "EMAIL_TAKEN"
    assert exchange(call, browser.code()).json["user"]["id"] == user["id"]


def test_an_address_with_a_new_holder_opens_no_account(call, browser, google):
    first = exchange(call, browser.code()).json["user"]
    google.person = somebody(email=first["email"])

    assert exchange(call, browser.code()).code == "EMAIL_TAKEN"


@pytest.mark.parametrize(
    "changes", [{"email_verified": False}, {"email_verified": None}, {"email_verified": "no"}, {"email": None},
                {"email": "ä@example.com"}, {"email": "a\nb@example.com"}, {"email": ["a@example.com"]}],
)  # fmt: skip
@pytest.mark.parametrize("name", ["google", "linkedin"])
def test_an_address_that_the_provider_has_not_verified_is_refused(world, call, request, changes, name):
    provider = request.getfixturevalue(name)
    provider.person = {key: value for key, value in somebody(**changes).items() if value is not None}
    before = world.sql("SELECT count(*) FROM users")

    assert Browser(call, provider, name).sign_in() == {"error": "email_not_verified"}
    assert world.sql("SELECT count(*) FROM users") == before


def test_an_oauth_sign_in_asks_for_the_second_factor(world, call, browser):
    made = exchange(call, browser.code()).json
    session = tokens.verify(made["token"])
    user = User(
        made["user"]["id"], made["user"]["organization_id"], Role.CLIENT, made["user"]["email"], "", session["sid"]
    )
    _, codes = protected(call, user)

    reply = exchange(call, browser.code())

    assert (reply.status, set(reply.json), reply.cookies) == (200, {"outcome", "mfa_required", "mfa_token"}, [])
    verified = call(verify_second_factor, body={"mfa_token": reply.json["mfa_token"], "recovery_code": codes[0]})
    assert verified.json["user"]["id"] == made["user"]["id"]


def test_an_oauth_code_works_once_even_in_a_race(world, call, browser):
    exchange(call, browser.code())
    code = browser.code()

    replies = together([lambda: exchange(call, code)] * 6)

    assert sorted(reply.status for reply in replies) == [200] + [401] * 5
    assert {reply.code for reply in replies if reply.status == 401} == {"INVALID_CODE"}


def test_two_concurrent_first_sign_ins_create_one_account(world, call, browser, google):
    codes = [browser.code() for _ in range(4)]

    replies = together([lambda code=code: exchange(call, code) for code in codes])

    assert {reply.status for reply in replies} <= {200, 409}
    assert 200 in {reply.status for reply in replies}
    assert len(users_with(world, google.person["email"])) == 1


def test_an_oauth_code_is_valid_for_a_minute(call, browser, monkeypatch):
    code, now = browser.code(), time.time()
    monkeypatch.setattr(time, "time", lambda: now + 62)

    assert exchange(call, code).code == "INVALID_CODE"


def test_no_other_or_altered_text_is_an_oauth_code(call, browser):
    from shared.kit.request import Request, begin
    from shared.kit.sealed import seal

    begin(Request(finish_oauth.operation, "test"))
    others = [seal('{"email": "a@example.com"}'), seal("[]"), seal("JBSWY3DPEHPK3PXP")]
    sealed = [other.replace("+", "-").replace("/", "_").rstrip("=") for other in others]
    code = browser.code()
    altered = code[:-6] + ("AAAAAA" if code[-6:] != "AAAAAA" else "BBBBBB")

    for bad in (*sealed, altered, "x", "ä", "A" * 4096, code[:40]):
        reply = exchange(call, bad)
        assert (reply.status, reply.code) == (401, "INVALID_CODE"), bad[:20]


def test_no_url_log_or_table_contains_an_oauth_secret(world, call, google, capsys):
    browser = Browser(call, google)
    start = browser.start()
    verifier = json.loads(base64.urlsafe_b64decode(browser.cookies[0].partition("=")[2].partition(".")[0] + "=="))
    back = browser.finish(google.visit(start.headers["location"]))
    code = parse_qs(urlsplit(back.headers["location"]).query)["code"][0]
    signed_in = exchange(call, code).json
    secrets = [SECRET, verifier["secret"], code, signed_in["token"], signed_in["refresh_token"]]

    for address in (start.headers["location"], back.headers["location"]):
        for secret in (SECRET, verifier["secret"], google.person["email"], signed_in["token"]):
            assert secret not in address
    logged = "".join(capsys.readouterr())
    assert [secret for secret in (*secrets, google.person["email"]) if secret in logged] == []
    kept = everything(world)
    assert [
        table for secret in secrets for form in forms(secret) for table, text in kept.items() if form in text
    ] == []  # fmt: skip


@pytest.mark.parametrize(
    "change", ["none", "another's", "altered", "another provider", "late", "no state", "wrong state", "iss"]
)
def test_only_the_browser_that_started_an_oauth_sign_in_can_finish_it(call, google, linkedin, change, monkeypatch):
    browser, other = Browser(call, google), Browser(call, google)
    other.start()
    back, asked = google.visit(browser.start().headers["location"]), {}
    match change:
        case "none":
            browser.cookies = []
        case "another's":
            browser.cookies = other.cookies
        case "altered":
            name, _, value = browser.cookies[0].partition("=")
            text, _, seal = value.partition(".")
            attempt = json.loads(base64.urlsafe_b64decode(text + "=="))
            forged = base64.urlsafe_b64encode(json.dumps(attempt | {"return_to": "https://evil.example"}).encode())
            browser.cookies = [f"{name}={forged.decode().rstrip('=')}.{seal}"]
        case "another provider":
            browser.name, asked = "linkedin", {"iss": linkedin.issuer}
        case "late":
            now = time.time()
            monkeypatch.setattr(time, "time", lambda: now + 601)
        case "no state":
            asked = {"state": ""}
        case "wrong state":
            asked = {"state": "ä"}
        case "iss":
            asked = {"iss": linkedin.issuer}

    reply = browser.finish(back, **asked)

    assert (reply.status, reply.code) == (400, "INVALID_STATE")
    assert "location" not in reply.headers


def test_the_oauth_cookie_is_deleted_and_the_providers_code_works_once(browser, google):
    back = google.visit(browser.start().headers["location"])

    first, again = browser.finish(back), browser.finish(back)

    assert first.cookies == [oidc.FORGOTTEN]
    assert "code=" in first.headers["location"]
    assert again.headers["location"] == f"{FRONTEND}/oauth?error=provider_failed"


def test_a_providers_code_from_another_attempt_fails_pkce(call, google):
    """Somebody puts its own code into the victim's callback, or a stolen one into its own."""
    browser, victim = Browser(call, google), Browser(call, google)
    stolen = parse_qs(urlsplit(google.visit(victim.start().headers["location"])).query)["code"][0]

    reply = browser.finish(google.visit(browser.start().headers["location"]), code=stolen)

    assert reply.headers["location"] == f"{FRONTEND}/oauth?error=provider_failed"


def other_key(claims: dict[str, Any]) -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return jwt.encode(claims, key, algorithm="RS256", headers={"kid": "k1"})


FORGERIES: dict[str, Any] = {
    "another key": other_key,
    "unsigned": lambda claims: jwt.encode(claims, None, algorithm="none"),
    "signed with the client's secret": lambda claims: jwt.encode(claims, SECRET, algorithm="HS256"),
    "for another client": lambda claims: claims.update(aud="somebody-else"),
    "by another issuer": lambda claims: claims.update(iss="https://evil.example"),
    "for several, by nobody": lambda claims: (claims.update(aud=[CLIENT, "x"]), claims.pop("azp"))[0],
    "authorized for another": lambda claims: claims.update(azp="somebody-else"),
    "expired": lambda claims: claims.update(exp=int(time.time()) - 120),
    "another nonce": lambda claims: claims.update(nonce="x"),
    "no nonce": lambda claims: claims.pop("nonce") and None,
    "no subject": lambda claims: claims.pop("sub") and None,
    "of another access token": lambda claims: claims.update(at_hash="x" * 22),
    "no token": lambda claims: "nonsense",
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_or_misdirected_id_token_signs_nobody_in(browser, google, forgery):
    google.forge = FORGERIES[forgery]

    assert browser.sign_in() == {"error": "provider_failed"}


def test_a_user_who_declines_at_the_provider_returns_to_the_frontend(browser, google):
    google.agrees = False

    assert browser.sign_in() == {"error": "access_denied"}


@pytest.mark.parametrize("page", [FRONTEND, f"{FRONTEND}/", f"{FRONTEND}/welcome?tab=1"])
def test_the_frontend_chooses_the_page_after_an_oauth_sign_in(browser, page):
    back = browser.finish(browser.provider.visit(browser.start(return_to=page).headers["location"]))

    assert back.headers["location"].startswith(f"{page}{'&' if '?' in page else '?'}code=")


@pytest.mark.parametrize(
    "page",
    ["https://evil.example", f"{FRONTEND}.evil.example", f"{FRONTEND}@evil.example", "//evil.example", "javascript:x",
     "/path", f"{FRONTEND}\\@evil.example", f"{FRONTEND}/#x", f"{FRONTEND}/\r\nx: y", f"{FRONTEND}1/", "x" * 1001],
)  # fmt: skip
def test_an_oauth_sign_in_redirects_to_our_frontends_only(browser, page):
    reply = browser.start(return_to=page)

    assert (reply.status, reply.fields) == (400, ["return_to"])


@pytest.mark.parametrize("name", ["github", "Google", "..", "okta"])
def test_an_unknown_provider_is_not_found(call, google, name):
    browser = Browser(call, google, name)

    assert (browser.start().status, finished(name, [], {"state": "x"}).status) == (404, 404)


def test_a_provider_without_settings_is_not_found(call, google, monkeypatch):
    made = boto3.client("secretsmanager").create_secret(Name=new_id().hex, SecretString='{"nobody": "x"}')
    monkeypatch.setenv("OAUTH_SECRET_ARN", made["ARN"])

    assert Browser(call, google).start().status == 404


@pytest.mark.parametrize("role", ["SUPER_ADMIN", "SUPPORT", "AGENT", "FINANCIAL_OFFICER"])
def test_an_oauth_sign_in_gives_only_roles_that_registration_gives(browser, role):
    assert (reply := browser.start(role=role)).status == 400
    assert reply.fields == ["role"]


def test_a_provider_that_does_not_respond_is_reported(call, monkeypatch):
    provider = OidcProvider()
    provider.close()
    kept = {"google": {"issuer": provider.issuer, "client_id": CLIENT, "client_secret": SECRET}}
    made = boto3.client("secretsmanager").create_secret(Name=new_id().hex, SecretString=json.dumps(kept))
    monkeypatch.setenv("OAUTH_SECRET_ARN", made["ARN"])

    assert (reply := Browser(call, provider).start()).status == 503, reply.body


def test_an_answer_of_another_issuer_is_refused(call, monkeypatch):
    provider = OidcProvider()
    kept = {"google": {"issuer": provider.issuer, "client_id": CLIENT, "client_secret": SECRET}}
    made = boto3.client("secretsmanager").create_secret(Name=new_id().hex, SecretString=json.dumps(kept))
    monkeypatch.setenv("OAUTH_SECRET_ARN", made["ARN"])
    told = provider._metadata()
    monkeypatch.setattr(provider, "_metadata", lambda: told | {"issuer": f"{provider.issuer}/"})

    refused = Browser(call, provider).start()
    monkeypatch.setattr(provider, "_metadata", lambda: told)
    sent = Browser(call, provider).start()
    provider.close()

    assert (refused.status, sent.status) == (503, 302)


def test_a_deleted_account_frees_its_identity_for_a_new_account(world, call, browser):
    made = exchange(call, browser.code()).json
    user = made["user"]
    session = tokens.verify(made["token"])["sid"]
    person = User(user["id"], user["organization_id"], Role.CLIENT, user["email"], "", session)
    assert call(get_profile, as_=person).status == 200

    assert call(delete_account, as_=person).status == 204

    assert world.sql("SELECT * FROM oauth_identities WHERE user_id = %(id)s", id=user["id"]) == []
    again = exchange(call, browser.code())
    assert (again.status, again.json["user"]["id"] != user["id"]) == (200, True)


@pytest.mark.parametrize("end", ["status = 'SUSPENDED'", "deleted_at = now()"])
def test_a_suspended_or_removed_user_cannot_sign_in_with_a_provider(world, call, browser, end):
    user = exchange(call, browser.code()).json["user"]
    world.sql(f"UPDATE users SET {end} WHERE id = %(id)s", id=user["id"])

    reply = exchange(call, browser.code())

    if "SUSPENDED" in end:
        assert reply.code == "EMAIL_TAKEN"
    else:
        assert reply.json["user"]["id"] != user["id"]
