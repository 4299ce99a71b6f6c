"""Connect accounting software.

Answers the provider's page, at which a person agrees that we read accounts and customers and enter documents. Open it
in the same browser within ten minutes. From there the browser comes back to us, and goes on to `return_to`.
"""

import secrets

from shared.auth.rules import check_return
from shared.integrations import authorizing, queries, rules
from shared.integrations.models import IntegrationAttempt, IntegrationStarted, NewIntegration
from shared.kit.db import transaction
from shared.kit.endpoint import endpoint
from shared.kit.reply import Reply
from shared.kit.request import Caller
from shared.kit.settings import setting
from shared.organizations.roles import Right, may


@endpoint(
    "POST /integrations/{provider}/connect",
    access=may(Right.CONNECT_BOOKS),
    writes=True,
    uses=("accounting_apps.read",),
)
def start_integration(caller: Caller, provider: str, asked: NewIntegration) -> Reply[IntegrationStarted]:
    frontends = setting("CORS_ORIGINS").split(",")
    return_to = asked.return_to or f"{frontends[0]}/integrations"
    check_return(return_to, frontends)
    state, browser = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    address = authorizing.address(provider, state, browser)
    attempt = {
        "provider": provider,
        "state": rules.hashed(state),
        "browser": rules.hashed(browser),
        "company_id": asked.company_id,
        "return_to": return_to,
        "starts_on": asked.starts_on,
        "seconds": rules.ATTEMPT_SECONDS,
    }
    with transaction(caller) as tx:
        row = queries.insert_attempt(tx, caller, attempt)
        begun = {"id": row["id"], "organization_id": caller.organization_id, "provider": provider}
        tx.emit("integration.started", IntegrationAttempt.of(begun))
    cookie = f"{rules.COOKIE}={browser}; Max-Age={rules.ATTEMPT_SECONDS}; {rules.COOKIE_SCOPE}"
    started = IntegrationStarted.of({"authorize_url": address, "expires_at": row["expires_at"]})
    return Reply(started, cookies=(cookie,))
