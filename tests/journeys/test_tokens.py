"""Tokens that are not ours, not any more, or not for this: 401 in our own shape, through the real gateway."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from local.platform import Platform
from tests.journeys.client import API, Answer, Person, send

Parts = dict[str, Any]


def encoded(data: bytes | Parts) -> str:
    content = data if isinstance(data, bytes) else json.dumps(data, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def decoded(part: str) -> Parts:
    found: Parts = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return found


class Forger:
    """Makes tokens out of a real one; knows the platform's key as only its operator does."""

    def __init__(self, platform: Platform, person: Person) -> None:
        self.kms = boto3.client(
            "kms",
            endpoint_url=platform.aws_url,
            region_name="us-east-1",
            aws_access_key_id=platform.details["aws_access_key_id"],
            aws_secret_access_key=platform.details["aws_secret_access_key"],
        )
        self.header, self.claims = (decoded(part) for part in person.token.split(".")[:2])
        keys = (key["KeyId"] for key in self.kms.list_keys()["Keys"])
        self.key = next(key for key in keys if self._key_id(key) == self.header["kid"])

    def _key_id(self, key: str) -> str | None:
        """The `kid` of a signing key."""
        if self.kms.describe_key(KeyId=key)["KeyMetadata"]["KeyUsage"] != "SIGN_VERIFY":
            return None
        der = self.kms.get_public_key(KeyId=key)["PublicKey"]
        return encoded(hashlib.sha256(der).digest())

    def pem(self) -> bytes:
        der = self.kms.get_public_key(KeyId=self.key)["PublicKey"]
        return serialization.load_der_public_key(der).public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    def genuine(self, header: Parts | None = None, **claims: Any) -> str:
        """Signed with the platform's own key; a claim that is None is left out."""
        body = {name: value for name, value in {**self.claims, **claims}.items() if value is not None}
        text = f"{encoded({**self.header, **(header or {})})}.{encoded(body)}"
        signature = self.kms.sign(
            KeyId=self.key, Message=text.encode(), MessageType="RAW", SigningAlgorithm="RSASSA_PKCS1_V1_5_SHA_256"
        )["Signature"]
        return f"{text}.{encoded(signature)}"

    def unsigned(self, alg: str) -> str:
        return f"{encoded({**self.header, 'alg': alg})}.{encoded(self.claims)}."

    def hmac(self, key: bytes, **header: Any) -> str:
        text = f"{encoded({**self.header, 'alg': 'HS256', **header})}.{encoded(self.claims)}"
        return f"{text}.{encoded(hmac.digest(key, text.encode(), 'sha256'))}"

    def foreign(self, **header: Any) -> str:
        """Signed with a key of the forger's own."""
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        text = f"{encoded({**self.header, **header})}.{encoded(self.claims)}"
        return f"{text}.{encoded(key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256()))}"

    def tampered(self, person: Person) -> str:
        header, _, signature = person.token.split(".")
        return f"{header}.{encoded({**self.claims, 'sub': person.id, 'role': 'SUPER_ADMIN'})}.{signature}"


@pytest.fixture(scope="module")
def forger(platform: Platform, client: Person) -> Forger:
    return Forger(platform, client)


def shown(platform: Platform, authorization: str) -> Answer:
    return send(platform.url, "GET", f"{API}/contracts", headers={"Authorization": authorization})


FORGERIES: dict[str, tuple[str, Callable[[Forger, Person], str]]] = {
    "alg none": ("INVALID_TOKEN", lambda forger, _: forger.unsigned("none")),
    "alg None": ("INVALID_TOKEN", lambda forger, _: forger.unsigned("None")),
    "HS256 with the public key as PEM": ("INVALID_TOKEN", lambda forger, _: forger.hmac(forger.pem())),
    "HS256 with an empty key": ("INVALID_TOKEN", lambda forger, _: forger.hmac(b"")),
    "a key of one's own under our kid": ("INVALID_TOKEN", lambda forger, _: forger.foreign()),
    "an unknown kid": ("INVALID_TOKEN", lambda forger, _: forger.foreign(kid="mine")),
    "no kid": ("INVALID_TOKEN", lambda forger, _: forger.genuine(header={"kid": None})),
    "a jku": ("INVALID_TOKEN", lambda forger, _: forger.foreign(jku="http://127.0.0.1:9/keys", kid="mine")),
    "a jwk": ("INVALID_TOKEN", lambda forger, _: forger.foreign(jwk={"kty": "RSA", "n": "AQAB", "e": "AQAB"})),
    "tampered claims": ("INVALID_TOKEN", lambda forger, person: forger.tampered(person)),
    "no signature": ("INVALID_TOKEN", lambda _, person: person.token.rpartition(".")[0]),
    "an ID token's type": ("INVALID_TOKEN", lambda forger, _: forger.genuine(header={"typ": "JWT"})),
    "expired": ("TOKEN_EXPIRED", lambda forger, _: forger.genuine(exp=int(time.time()) - 1)),
    "no exp": ("INVALID_TOKEN", lambda forger, _: forger.genuine(exp=None)),
    "not yet valid": ("INVALID_TOKEN", lambda forger, _: forger.genuine(nbf=int(time.time()) + 600)),
    "issued in the future": ("INVALID_TOKEN", lambda forger, _: forger.genuine(iat=int(time.time()) + 600)),
    "another issuer": ("INVALID_TOKEN", lambda forger, _: forger.genuine(iss="https://example.com")),
    "another audience": ("INVALID_TOKEN", lambda forger, _: forger.genuine(aud="another-api")),
    "no session": ("INVALID_TOKEN", lambda forger, _: forger.genuine(sid=None)),
    "a session of nobody": ("SESSION_ENDED", lambda forger, _: forger.genuine(sid=forger.claims["sub"])),
    "somebody else's session": ("SESSION_ENDED", lambda forger, _: forger.genuine(sub=forger.claims["sid"])),
    "a refresh token": ("INVALID_TOKEN", lambda _, person: person.refresh_token),
    "nothing": ("INVALID_TOKEN", lambda *_: ""),
    "nonsense": ("INVALID_TOKEN", lambda *_: "a.b.c"),
}


def test_a_token_signed_with_the_platforms_key_is_accepted(platform: Platform, forger: Forger) -> None:
    assert shown(platform, f"Bearer {forger.genuine()}").status == 200


@pytest.mark.parametrize("kind", FORGERIES)
def test_a_forged_or_altered_token_is_refused(platform: Platform, forger: Forger, client: Person, kind: str) -> None:
    code, forge = FORGERIES[kind]
    answer = shown(platform, f"Bearer {forge(forger, client)}")
    assert (answer.status, answer.code) == (401, code), answer
    assert set(answer.json) == {"error", "meta"}
    assert answer.json["meta"]["request_id"] == answer.headers["x-correlation-id"]


def test_another_authorization_scheme_is_refused(platform: Platform, client: Person) -> None:
    for authorization in (f"Basic {client.token}", client.token, f"Token {client.token}"):
        answer = shown(platform, authorization)
        assert (answer.status, answer.code) == (401, "INVALID_TOKEN"), authorization


def test_api_gateway_answers_401_without_an_authorization_header(platform: Platform) -> None:
    answer = send(platform.url, "GET", f"{API}/contracts")
    assert (answer.status, answer.json) == (401, {"message": "Unauthorized"})


def test_an_access_token_cannot_be_used_as_a_refresh_token(platform: Platform, client: Person) -> None:
    answer = send(platform.url, "POST", f"{API}/auth/refresh", {"refresh_token": client.token})
    assert answer.status in (400, 401), answer
    assert set(answer.json) == {"error", "meta"}


def test_an_invalid_token_is_refused_even_on_public_routes(platform: Platform, forger: Forger) -> None:
    answer = send(platform.url, "GET", f"{API}/spaces", headers={"Authorization": f"Bearer {forger.unsigned('none')}"})
    assert (answer.status, answer.code) == (401, "INVALID_TOKEN")


def test_a_reused_refresh_token_ends_the_whole_session(platform: Platform) -> None:
    person = Person(platform, "CLIENT")

    def refresh(token: str) -> Answer:
        return send(platform.url, "POST", f"{API}/auth/refresh", {"refresh_token": token})

    second = refresh(person.refresh_token)
    assert second.status == 200
    # A repeat within ten seconds is a lost answer, and gets the same child.
    assert refresh(person.refresh_token).json["refresh_token"] == second.json["refresh_token"]
    third = refresh(second.json["refresh_token"])
    assert third.status == 200
    assert refresh(person.refresh_token).code == "REFRESH_TOKEN_REUSED"
    assert refresh(third.json["refresh_token"]).code == "SESSION_ENDED"
    answer = send(platform.url, "GET", f"{API}/bids", headers={"Authorization": f"Bearer {third.json['token']}"})
    assert (answer.status, answer.code) == (401, "SESSION_ENDED")
