"""The tokens of a connection: in Secrets Manager, a secret for each organization and provider, for the worker alone.

A refresh may spend the refresh token, so that two at once would lose the connection. Each version of the secret
therefore has one claim, a version of its own that Secrets Manager writes once: whoever wrote it refreshes, all others
wait for the next version. Who does not come back with one is succeeded after a while.
"""

import json
import time
from dataclasses import asdict, dataclass, replace
from typing import Any
from uuid import UUID, uuid5

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from requests import RequestException

from shared.integrations.outcomes import Later, Revoked
from shared.integrations.providers import App, app_of
from shared.kit.aws import AwsError, call
from shared.kit.ids import new_id
from shared.kit.settings import resource

TIMEOUT = (5, 30)
"""Seconds to connect to a provider, and to wait for its answer."""
EARLY = 120
"""Seconds before its end at which a token is refreshed."""
PATIENCE = 45
"""Seconds after which whoever claimed a refresh is not waited for any longer: more than a refresh takes."""
_POLL = 0.25
_CLAIMS = UUID("7d0f8f7a-3f0c-4c37-9d0a-51c1a8a5b7d1")
_GONE = ("invalid_grant", "invalid_code", "access_denied", "unauthorized_client")
"""The provider's words for a grant that is no more; `invalid_code` is Zoho's."""


@dataclass(frozen=True, slots=True)
class Tokens:
    access_token: str
    refresh_token: str
    expires_at: float
    company_id: str
    center: str


@dataclass(frozen=True, slots=True)
class Kept:
    """Tokens, and the version of the secret that they are."""

    version: str
    tokens: Tokens


def session_of(app: App) -> OAuth2Session:
    """An OAuth client for our registration at the provider."""
    return OAuth2Session(
        app.client_id,
        app.client_secret,
        token_endpoint_auth_method=app.provider.authenticates_by,
        scope=app.provider.scope,
        redirect_uri=app.redirect_uri,
        code_challenge_method="S256" if app.provider.pkce else None,
        default_timeout=TIMEOUT,
    )


def exchanged(app: App, center: str, code: str, verifier: str) -> dict[str, Any]:
    """The provider's tokens for a code. Raises Revoked where it refuses, Later where it does not answer."""
    more = {"code_verifier": verifier} if app.provider.pkce else {}
    try:
        return dict(
            session_of(app).fetch_token(
                app.address("token", center), grant_type="authorization_code", code=code, **more
            )
        )
    except OAuthError as refused:
        raise Revoked(f"{app.provider.title} did not accept the sign-in ({refused.error}). Connect again.") from None
    except (AuthlibBaseError, RequestException, ValueError, KeyError) as error:
        raise Later(f"{app.provider.title} did not answer.", 0) from error


def tokens_of(given: dict[str, Any], company_id: str, center: str) -> Tokens:
    """What is kept of the provider's answer. Raises KeyError where it lacks a token."""
    expires = time.time() + int(given.get("expires_in", 3600))
    return Tokens(given["access_token"], given["refresh_token"], expires, company_id, center)


def keep_tokens(organization_id: Any, provider: str, tokens: Tokens) -> None:
    """Store the tokens in place of any others. Raises AwsError, Unavailable."""
    values = {"SecretString": json.dumps(asdict(tokens)), "ClientRequestToken": str(new_id())}
    name = _name(organization_id, provider)
    try:
        call("secretsmanager", "secretsmanager.PutSecretValue", {"SecretId": name, **values})
    except AwsError as error:
        if error.code != "ResourceNotFoundException":
            raise
        call("secretsmanager", "secretsmanager.CreateSecret", {"Name": name, **values})


def kept_tokens(organization_id: Any, provider: str) -> Kept | None:
    """The tokens; None if there are none."""
    try:
        found = call("secretsmanager", "secretsmanager.GetSecretValue", {"SecretId": _name(organization_id, provider)})
    except AwsError as error:
        if error.code == "ResourceNotFoundException":
            return None
        raise
    return Kept(found["VersionId"], Tokens(**json.loads(found["SecretString"])))


def forget_tokens(organization_id: Any, provider: str) -> None:
    """Delete the tokens, if there are any. Raises AwsError, Unavailable."""
    asked = {"SecretId": _name(organization_id, provider), "ForceDeleteWithoutRecovery": True}
    try:
        call("secretsmanager", "secretsmanager.DeleteSecret", asked)
    except AwsError as error:
        if error.code != "ResourceNotFoundException":
            raise


def fresh_tokens(organization_id: Any, provider: str, spent: str | None = None) -> Tokens:
    """Tokens that work for a while: refreshed where they are about to end, or where the provider no longer takes the
    access token `spent`. Raises Revoked, Later."""
    turn, seen = 0, ""
    while True:
        found = kept_tokens(organization_id, provider)
        if found is None:
            raise Revoked("The connection was taken away.")
        if found.tokens.access_token != spent and found.tokens.expires_at - EARLY > time.time():
            return found.tokens
        turn, seen = (turn if found.version == seen else 0), found.version
        claimed = _claim(organization_id, provider, found.version, turn)
        if claimed is None:
            return _refreshed(organization_id, provider, found)
        if claimed + PATIENCE < time.time():
            turn += 1
        else:
            time.sleep(_POLL)


def _claim(organization_id: Any, provider: str, version: str, turn: int) -> float | None:
    """None if it is us who refresh this version; else when somebody else began to. AWS takes a version's content
    once."""
    claim = str(uuid5(_CLAIMS, f"{version} {turn}"))
    asked = {
        "SecretId": _name(organization_id, provider),
        "ClientRequestToken": claim,
        "SecretString": json.dumps({"claimed_by": str(new_id()), "claimed_at": time.time()}),
        "VersionStages": ["REFRESHING"],
    }
    try:
        call("secretsmanager", "secretsmanager.PutSecretValue", asked)
    except AwsError as error:
        if error.code != "ResourceExistsException":
            raise
    else:
        return None
    asked = {"SecretId": _name(organization_id, provider), "VersionId": claim}
    found = call("secretsmanager", "secretsmanager.GetSecretValue", asked)
    return float(json.loads(found["SecretString"])["claimed_at"])


def _refreshed(organization_id: Any, provider: str, found: Kept) -> Tokens:
    app, tokens = app_of(provider), found.tokens
    try:
        given = session_of(app).refresh_token(app.address("token", tokens.center), refresh_token=tokens.refresh_token)
    except OAuthError as refused:
        if refused.error in _GONE:
            raise Revoked(f"{app.provider.title} has ended the connection. Connect again.") from None
        raise Later(f"{app.provider.title} did not renew the connection ({refused.error}).", 0) from None
    except (AuthlibBaseError, RequestException, ValueError, KeyError) as error:
        raise Later(f"{app.provider.title} did not answer.", 0) from error
    expires = time.time() + int(given.get("expires_in", 3600))
    # Intuit gives another refresh token now and then, Zoho none.
    renewed = replace(
        tokens,
        access_token=given["access_token"],
        refresh_token=given.get("refresh_token") or tokens.refresh_token,
        expires_at=expires,
    )
    keep_tokens(organization_id, provider, renewed)
    return renewed


def revoke(provider: str, tokens: Tokens) -> None:
    """End the grant at the provider, as far as it answers; a grant that is no more is no fault."""
    app = app_of(provider)
    try:
        session_of(app).revoke_token(
            app.address("revoke", tokens.center),
            token=tokens.refresh_token,
            token_type_hint="refresh_token",  # noqa: S106 (a name)
        )
    except (AuthlibBaseError, RequestException, ValueError):
        return


def _name(organization_id: Any, provider: str) -> str:
    return f"{resource('accounting_tokens')}/{organization_id}/{provider}"
