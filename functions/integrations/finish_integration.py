"""Finish connecting accounting software.

The provider redirects the browser here, once; it goes on to the frontend. The connection is made a moment later: its
status is CONNECTING until then. If the person did not agree, the frontend receives an `error`.
"""

from urllib.parse import urlencode

from shared.integrations import authorizing, queries, rules
from shared.integrations.models import IntegrationAnswer, IntegrationAttempt
from shared.integrations.providers import title_of
from shared.kit.catalog import ANYONE
from shared.kit.db import Row, Tx, transaction
from shared.kit.endpoint import endpoint
from shared.kit.reply import Reply
from shared.kit.request import Request
from shared.kit.sealed import seal
from shared.kit.wire import render

# Nobody is signed in here: the browser comes from the provider. Its cookie and the state, which is good once, say who
# set out; hence the worker's database role, which finds their attempt.


@endpoint(
    "GET /integrations/{provider}/callback",
    access=ANYONE,
    returns=302,
    rate="auth",
    writes=True,
    raises=(rules.InvalidIntegrationState,),
    uses=("token_key.encrypt",),
    database="worker",
)
def finish_integration(provider: str, answered: IntegrationAnswer, request: Request) -> Reply[None]:
    title = title_of(provider)
    browser = request.cookies.get(rules.COOKIE, "")
    with transaction() as tx:
        attempt = queries.update_spent(tx, provider, rules.hashed(answered.state), rules.hashed(browser))
        if attempt is None:
            raise rules.InvalidIntegrationState()
        error = _error(tx, attempt, answered, title)
        if error is None:
            sealed = seal(render(authorizing.asked(attempt, answered, browser)))
            tx.emit("integration.authorized", IntegrationAttempt.of(_named(attempt)), sealed=sealed)
    facts = {"provider": provider} | ({"error": error} if error else {})
    joint = "&" if "?" in attempt["return_to"] else "?"
    location = f"{attempt['return_to']}{joint}{urlencode(facts)}"
    forgotten = f"{rules.COOKIE}=; Max-Age=0; {rules.COOKIE_SCOPE}"
    return Reply(None, headers={"location": location}, cookies=(forgotten,))


def _error(tx: Tx, attempt: Row, answered: IntegrationAnswer, title: str) -> str | None:
    if answered.code and (attempt["provider"] != "quickbooks" or answered.realm):
        return None
    agreed = answered.error != "access_denied"
    reason = f"{title} refused the connection." if agreed else f"Nobody agreed to it at {title}."
    queries.update_attempt_failed(tx, attempt["id"], reason)
    return "provider_failed" if agreed else "access_denied"


def _named(attempt: Row) -> Row:
    return {name: attempt[name] for name in ("id", "organization_id", "provider")}
