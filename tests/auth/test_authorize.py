"""Who calls: only our own tokens count, and only while their session lives (quality 43, 44, 48)."""

import hashlib
import hmac
import json
import time
from base64 import urlsafe_b64encode
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from functions.auth.authorize import authorize
from functions.auth.login import login
from shared.kit import aws, tokens
from shared.kit.ids import new_id
from shared.kit.request import Request, begin

FOREIGN = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def context_of(authorization: str) -> dict[str, str]:
    event = {"identitySource": [authorization], "headers": {"authorization": authorization}}
    answer = authorize(event, None)
    assert answer["isAuthorized"] is True
    found: dict[str, str] = answer["context"]
    return found


def refusal_of(token: str) -> str | None:
    return context_of(f"Bearer {token}").get("refusal")


def segment(part: Any) -> str:
    data = part if isinstance(part, bytes) else json.dumps(part).encode()
    return urlsafe_b64encode(data).decode().rstrip("=")


@pytest.fixture
def client(world):
    return world.client()


@pytest.fixture
def claims(client) -> dict[str, Any]:
    """What a good token of the client says."""
    return dict(jwt.decode(client.token(), options={"verify_signature": False}))


@pytest.fixture
def header(client) -> dict[str, Any]:
    return dict(jwt.get_unverified_header(client.token()))


@pytest.fixture
def issued():
    """A token signed by our own key, with the claims and header given."""

    def issue(claims: dict[str, Any], header: dict[str, Any]) -> str:
        from base64 import b64decode, b64encode

        begin(Request(login.operation, "test"))
        signed = f"{segment(header)}.{segment(claims)}"
        answer = aws.call(
            "kms",
            "TrentService.Sign",
            {
                "KeyId": tokens.resource("signing_key"),
                "Message": b64encode(signed.encode()).decode(),
                "MessageType": "RAW",
                "SigningAlgorithm": "RSASSA_PKCS1_V1_5_SHA_256",
            },
        )
        return f"{signed}.{segment(b64decode(answer['Signature']))}"

    return issue


def test_a_valid_token_identifies_the_caller_of_its_session(client):
    assert context_of(f"Bearer {client.token()}") == client.authorizer_context()
    assert context_of(f"bearer  {client.token()} ") == client.authorizer_context()


def test_the_users_row_decides_the_role_and_not_the_tokens_claim(world, client):
    token = client.token()
    world.sql("UPDATE users SET role = 'CONTRACTOR' WHERE id = %(id)s", id=client.id)

    assert context_of(f"Bearer {token}")["role"] == "CONTRACTOR"


def test_unsigned_and_differently_signed_tokens_are_refused(claims, header):
    begin(Request(authorize.operation, "test"))
    public = tokens.public_key().key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    body = segment(claims)

    def signed_by_secret(secret: bytes) -> str:
        signed = f"{segment(header | {'alg': 'HS256'})}.{body}"
        return f"{signed}.{segment(hmac.digest(secret, signed.encode(), hashlib.sha256))}"

    forged = {
        "alg none": f"{segment(header | {'alg': 'none'})}.{body}.",
        "alg None": f"{segment(header | {'alg': 'None'})}.{body}.",
        "no signature": f"{segment(header)}.{body}.",
        "HS256 with the public key": signed_by_secret(public),
        "HS256 with an empty key": signed_by_secret(b""),
        "another key": jwt.encode(claims, FOREIGN, "RS256", headers=header),
        "unknown kid": jwt.encode(claims, FOREIGN, "RS256", headers=header | {"kid": "other"}),
        "two parts": f"{segment(header)}.{body}",
        "no json": "a.b.c",
        "nothing": "",
        "not ascii": "é.é.é",
    }

    assert {name: refusal_of(token) for name, token in forged.items()} == dict.fromkeys(forged, "INVALID_TOKEN")


@pytest.mark.parametrize("name", ["jku", "x5u", "jwk"])
def test_no_header_chooses_the_key_or_makes_us_call_out(monkeypatch, claims, header, name):
    called: list[str] = []
    begin(Request(authorize.operation, "test"))
    tokens.public_key()
    send = aws._send
    monkeypatch.setattr(aws, "_send", lambda *words, **named: (called.append(words[0]), send(*words, **named))[1])
    key = jwt.algorithms.RSAAlgorithm.to_jwk(FOREIGN.public_key(), as_dict=True)
    value = key if name == "jwk" else "http://127.0.0.1:9/keys"

    token = jwt.encode(claims, FOREIGN, "RS256", headers=header | {name: value})

    assert refusal_of(token) == "INVALID_TOKEN"
    assert called == []


def test_a_token_outside_its_lifetime_or_audience_is_refused(issued, claims, header):
    now = int(time.time())

    def without(name: str) -> dict[str, Any]:
        return {key: value for key, value in claims.items() if key != name}

    wrong = {
        "future nbf": claims | {"nbf": now + 3600},
        "future iat": claims | {"iat": now + 3600},
        "wrong iss": claims | {"iss": "https://elsewhere.example"},
        "wrong aud": claims | {"aud": "another-api"},
        "another's session": claims | {"sub": str(new_id())},
        "sid of no form": claims | {"sid": "x"},
        **{f"no {name}": without(name) for name in ("exp", "iat", "iss", "aud", "sub", "jti", "sid")},
    }
    found = {name: refusal_of(issued(told, header)) for name, told in wrong.items()}

    assert found.pop("another's session") == "SESSION_ENDED"
    assert found == dict.fromkeys(found, "INVALID_TOKEN")
    assert refusal_of(issued(claims | {"exp": now - 1}, header)) == "TOKEN_EXPIRED"
    assert refusal_of(issued(claims, header | {"typ": "JWT"})) == "INVALID_TOKEN"
    assert refusal_of(issued(claims, header)) is None


@pytest.mark.parametrize("authorization", ["", "Bearer", "Basic dXNlcjpwYXNz", "Bearer  ", "token"])
def test_another_authorization_scheme_is_refused(authorization):
    assert context_of(authorization) == {"refusal": "INVALID_TOKEN"}


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE sessions SET revoked_at = now() WHERE id = %(session)s",
        "UPDATE sessions SET expires_at = now() WHERE id = %(session)s",
        "UPDATE users SET status = 'SUSPENDED' WHERE id = %(user)s",
        "UPDATE users SET deleted_at = now() WHERE id = %(user)s",
    ],
)
def test_a_token_ends_with_its_session_or_its_user(world, client, change):
    token = client.token()
    world.sql(change, session=client.session_id, user=client.id)

    assert refusal_of(token) == "SESSION_ENDED"
