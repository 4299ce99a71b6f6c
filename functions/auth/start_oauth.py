"""Start an OAuth sign-in.

Redirects the user's browser to Google or LinkedIn. After the sign-in, the browser returns through the callback to
the frontend at `return_to`, with a code.
"""

import secrets
import time

from shared.auth import oidc, rules
from shared.auth.models import OAuthStart
from shared.kit.catalog import ANYONE
from shared.kit.endpoint import endpoint
from shared.kit.reply import Reply
from shared.kit.settings import setting

# The callback is finish_oauth.


@endpoint(
    "GET /auth/oauth/{provider}/start",
    access=ANYONE,
    returns=302,
    rate=None,
    uses=("derive_key.mac", "oauth.read"),
    vpc=False,
    layers=("oauth",),
)
def start_oauth(provider: str, start: OAuthStart) -> Reply[None]:
    elsewhere = oidc.Provider(provider)
    frontends = setting("CORS_ORIGINS").split(",")
    return_to = start.return_to or f"{frontends[0]}/oauth"
    rules.check_return(return_to, frontends)
    attempt = oidc.Attempt(provider, return_to, start.role, int(time.time()), secrets.token_urlsafe(32))
    return Reply(None, headers={"location": elsewhere.address(attempt)}, cookies=(attempt.cookie(),))
