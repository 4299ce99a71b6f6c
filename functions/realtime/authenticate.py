"""Authenticate a WebSocket connection.

The client sends an access token after connecting, or a new one before the old one expires.
"""

from shared.kit import tokens
from shared.kit.db import transaction
from shared.kit.errors import Unauthenticated
from shared.kit.socket import Message, socket
from shared.realtime import queries
from shared.realtime.models import Authenticated, Login


@socket("auth", uses=("signing_key.read",), layers=("tokens",))
def authenticate(message: Message, login: Login) -> Authenticated:
    claims = tokens.verify(login.token)
    caller = tokens.caller_of(claims)
    with transaction() as tx:
        expires_at = queries.update_authenticated(tx, message.connection_id, caller, claims["exp"])
        if expires_at is None:
            raise Unauthenticated(message="This connection did not authenticate in time and is being closed.")
    return Authenticated.of({"user_id": caller.user_id, "expires_at": expires_at})
