"""Finish an OAuth sign-in.

The provider redirects the user's browser here. The browser continues to the frontend with a code; no token ever
appears in a URL. If the sign-in fails, the frontend receives an `error` instead: `access_denied` (the user did not
consent), `provider_failed` or `email_not_verified`.
"""

import time
from urllib.parse import urlencode

from shared.auth import identity, oidc, rules
from shared.auth.models import OAuthAnswer
from shared.kit.catalog import ANYONE
from shared.kit.endpoint import endpoint
from shared.kit.ids import new_id
from shared.kit.log import logger
from shared.kit.reply import Reply
from shared.kit.request import Request, current


@endpoint(
    "GET /auth/oauth/{provider}/callback",
    access=ANYONE,
    returns=302,
    rate=None,
    raises=(rules.InvalidOAuthState,),
    uses=("derive_key.mac", "oauth.read", "token_key.encrypt"),
    vpc=False,
    layers=("oauth",),
)
def finish_oauth(provider: str, answered: OAuthAnswer, request: Request) -> Reply[None]:
    elsewhere = oidc.Provider(provider)
    attempt = oidc.attempt_of(request.cookies.get(oidc.COOKIE, ""), provider, answered.state, time.time())
    if attempt is None or answered.iss not in (None, elsewhere.issuer):
        raise rules.InvalidOAuthState()
    try:
        answer = {"code": _code(elsewhere, attempt, answered)}
    except rules.NotLetIn as refused:
        answer = {"error": refused.reason}
    joint = "&" if "?" in attempt.return_to else "?"
    location = f"{attempt.return_to}{joint}{urlencode(answer)}"
    return Reply(None, headers={"location": location}, cookies=(oidc.FORGOTTEN,))


def _code(elsewhere: oidc.Provider, attempt: oidc.Attempt, answered: OAuthAnswer) -> str:
    if answered.code is None:
        raise rules.NotLetIn("access_denied" if answered.error == "access_denied" else "provider_failed")
    try:
        claims = elsewhere.claims(attempt, answered.code)
    except oidc.ProviderFailed as failure:
        logger.warning("provider failed", correlation_id=current().correlation_id, error_type=str(failure))
        raise rules.NotLetIn("provider_failed") from None
    email = rules.verified_email(claims)
    return identity.code_of(
        identity.Identity(
            id=str(new_id()),
            provider=attempt.provider,
            subject=str(claims["sub"]),
            email=email,
            name=str(claims.get("name") or email.partition("@")[0])[:255],
            role=attempt.role,
            told_at=int(time.time()),
        )
    )
