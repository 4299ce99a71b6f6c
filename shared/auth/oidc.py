"""Signing in with another provider: OpenID Connect's authorization code flow with state, nonce and PKCE, by authlib.

An attempt is not stored: a cookie of the browser that started it contains a secret from which state, nonce and the
PKCE verifier are derived, so that no other browser can finish it.
Source: OpenID Connect Core 1.0 (3.1), Discovery 1.0, RFC 7636, RFC 9207, RFC 9700 (2.1).
"""

import hmac
import json
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import asdict, dataclass
from typing import Any

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from shared.kit.errors import NotFound, Unavailable
from shared.kit.keys import derived_key
from shared.kit.secret import secret
from shared.kit.settings import setting

ISSUERS = {"google": "https://accounts.google.com", "linkedin": "https://www.linkedin.com/oauth"}
ATTEMPT_SECONDS = 600
COOKIE = "oauth_attempt"
_SCOPE = "Path=/api/v1/auth/oauth; HttpOnly; Secure; SameSite=Lax"
FORGOTTEN = f"{COOKIE}=; Max-Age=0; {_SCOPE}"

_TIMEOUT = 3
_LEEWAY = 60
_METADATA_SECONDS = 3600
_metadata: dict[str, tuple[float, dict[str, Any]]] = {}


class ProviderFailed(Exception):
    """The provider refused, or its answer is invalid. The message is for the log and quotes nothing."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """A sign-in in progress, known only to the browser that started it."""

    provider: str
    return_to: str
    role: str
    began: int
    secret: str

    def cookie(self) -> str:
        """The header that makes the browser keep it."""
        text = _spelled(json.dumps(asdict(self)).encode())
        return f"{COOKIE}={text}.{_derived('seal', text)}; Max-Age={ATTEMPT_SECONDS}; {_SCOPE}"

    @property
    def state(self) -> str:
        return _derived("state", self.secret)

    @property
    def nonce(self) -> str:
        return _derived("nonce", self.secret)

    @property
    def verifier(self) -> str:
        return _derived("verifier", self.secret)


def attempt_of(cookie: str, provider: str, state: str, now: float) -> Attempt | None:
    """The attempt that this browser started with this provider and that `state` belongs to; None if there is none."""
    text, _, seal = cookie.partition(".")
    if not hmac.compare_digest(seal.encode(), _derived("seal", text).encode()):
        return None
    attempt = Attempt(**json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4))))
    if attempt.provider != provider or now - attempt.began > ATTEMPT_SECONDS:
        return None
    return attempt if hmac.compare_digest(state.encode(), attempt.state.encode()) else None


class Provider:
    """A provider that users may sign in with, with its settings from the secret `oauth`."""

    def __init__(self, name: str) -> None:
        kept = secret("oauth").get(name) if name in ISSUERS else None
        if not kept:
            raise NotFound()
        self.issuer: str = kept.get("issuer", ISSUERS[name])
        self._client_id: str = kept["client_id"]
        self._session = OAuth2Session(
            self._client_id,
            kept["client_secret"],
            token_endpoint_auth_method="client_secret_post",  # noqa: S106 (a method's name; LinkedIn knows no other)
            scope="openid email profile",
            redirect_uri=f"{setting('PUBLIC_URL')}/api/v1/auth/oauth/{name}/callback",
            code_challenge_method="S256",
            default_timeout=_TIMEOUT,
        )

    def address(self, attempt: Attempt) -> str:
        """The address where the user signs in. Raises Unavailable if the provider does not respond."""
        try:
            endpoint = self._found()["authorization_endpoint"]
        except (ProviderFailed, requests.RequestException) as error:
            raise Unavailable(message="The sign-in provider is not responding.", retry_after=5) from error
        address, _ = self._session.create_authorization_url(
            endpoint, state=attempt.state, nonce=attempt.nonce, code_verifier=attempt.verifier
        )
        return str(address)

    def claims(self, attempt: Attempt, code: str) -> dict[str, Any]:
        """What the provider's signed token says about the user. Raises ProviderFailed."""
        try:
            found = self._found()
            given = self._session.fetch_token(
                found["token_endpoint"], grant_type="authorization_code", code=code, code_verifier=attempt.verifier
            )
            keys = KeySet.import_key_set(self._json(found["jwks_uri"]))
            token = jwt.decode(given["id_token"], keys, algorithms=["RS256"])
            claims = CodeIDToken(
                token.claims,
                token.header,
                {
                    "iss": {"essential": True, "value": self.issuer},
                    "aud": {"essential": True, "value": self._client_id},
                },
                {"nonce": attempt.nonce, "client_id": self._client_id, "access_token": given["access_token"]},
            )
            claims.validate(now=time.time(), leeway=_LEEWAY)
            merged = dict(claims)
            if "email" not in merged and "userinfo_endpoint" in found:
                more = self._session.get(found["userinfo_endpoint"]).json()
                merged = more | merged if more.get("sub") == merged["sub"] else merged
        except (AuthlibBaseError, JoseError, requests.RequestException, KeyError, ValueError, TypeError) as error:
            raise ProviderFailed(type(error).__name__) from None
        return merged

    def _found(self) -> dict[str, Any]:
        until, found = _metadata.get(self.issuer, (0.0, {}))
        if time.monotonic() >= until:
            found = self._json(f"{self.issuer}/.well-known/openid-configuration")
            if found.get("issuer") != self.issuer:
                raise ProviderFailed("another issuer")
            _metadata[self.issuer] = time.monotonic() + _METADATA_SECONDS, found
        return found

    def _json(self, address: str) -> Any:
        answer = requests.get(address, timeout=_TIMEOUT)
        answer.raise_for_status()
        return answer.json()


def _derived(purpose: str, text: str) -> str:
    return _spelled(hmac.digest(derived_key("oauth attempts"), f"{purpose} {text}".encode(), "sha256"))


def _spelled(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")
