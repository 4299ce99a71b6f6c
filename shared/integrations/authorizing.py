"""The way to a provider and back: the authorization code flow of OAuth 2, with PKCE where the provider knows it.

Source: RFC 6749 (4.1), RFC 7636, RFC 9700 (2.1). The verifier is made of the browser's cookie, so that nothing has to
be kept that a thief of the database could use.
"""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from typing import Any
from urllib.parse import urlencode

from shared.integrations.models import IntegrationAnswer
from shared.integrations.providers import app_of


def address(name: str, state: str, browser: str) -> str:
    """The provider's page at which a person agrees. Raises NotFound for a provider that there is not."""
    app = app_of(name)
    provider = app.provider
    asked = {
        "response_type": "code",
        "client_id": app.client_id,
        "redirect_uri": app.redirect_uri,
        "scope": provider.scope,
        "state": state,
        **provider.parameters,
    }
    if provider.pkce:
        asked |= {"code_challenge": _challenge(_verifier(browser)), "code_challenge_method": "S256"}
    return f"{app.address('authorize', next(iter(provider.centers)))}?{urlencode(asked)}"


def asked(attempt: dict[str, Any], answered: IntegrationAnswer, browser: str) -> dict[str, Any]:
    """What the worker needs to exchange the code."""
    return {
        "code": answered.code,
        "verifier": _verifier(browser),
        "location": answered.location,
        "company_id": answered.realm or attempt["company_id"],
        "connected_to": attempt["connected_to"],
    }


def _verifier(browser: str) -> str:
    return _spelled(hmac.digest(browser.encode(), b"verifier", "sha256"))


def _challenge(verifier: str) -> str:
    return _spelled(hashlib.sha256(verifier.encode()).digest())


def _spelled(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")
