"""Exchange an OAuth code.

The frontend exchanges the code from a Google or LinkedIn sign-in for a session. A new user gets an account. An
account that has a password cannot be entered this way: it opens only with its password or through its mailbox. An
account that was created through another provider can be entered if both providers verified the same e-mail address.
Two-factor authentication applies here too.
"""

import time

from shared.auth import identities, identity, queries, rules, sessions
from shared.auth.models import OAuthExchange, SecondFactorAsked, SignedIn, User
from shared.kit.catalog import ANYONE, Role
from shared.kit.db import Row, Tx, transaction
from shared.kit.endpoint import endpoint
from shared.kit.ids import new_id
from shared.kit.reply import Reply
from shared.kit.request import Caller

# Why nobody signs in to a password account this way: docs/decisions/0018.


@endpoint(
    "POST /auth/oauth/exchange",
    access=ANYONE,
    rate="auth",
    writes=True,
    raises=(rules.InvalidOAuthCode, rules.EmailTaken),
    uses=("signing_key.sign", "signing_key.read", "derive_key.mac", "token_key.decrypt"),
    database="auth",
    layers=("tokens",),
)
def exchange_oauth(exchange: OAuthExchange) -> Reply[SignedIn | SecondFactorAsked]:
    external = identity.identity_of(exchange.code, time.time())
    with transaction() as tx:
        row = identities.select_identity(tx, external) or _linked(tx, external)
        if not identities.insert_exchanged(tx, external.token_id, row["id"], identity.CODE_SECONDS):
            raise rules.InvalidOAuthCode()
        return sessions.entered(tx, row)


def _linked(tx: Tx, external: identity.Identity) -> Row:
    """The account that the identity belongs to from now on. Raises EmailTaken."""
    row = queries.select_login(tx, external.email)
    is_new = row is None
    if row is None:
        caller = Caller(new_id(), new_id(), Role(external.role), session_id=new_id())
        tx.become(caller)
        queries.insert_organization(tx, caller.organization_id, external.name)
        row = identities.insert_passwordless(tx, caller, external)
        tx.emit("user.joined", User.of(row))
    elif row["password_hash"] or identities.has_identity(tx, row["id"], external.provider):
        raise rules.EmailTaken()
    identities.insert_identity(tx, row["id"], external)
    tx.emit("user.identity_linked", User.of(row), user_id=row["id"], provider=external.provider, is_new=is_new)
    return row
