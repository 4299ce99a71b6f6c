"""Whoever opened a socket says who it is, or presents a fresh token before the old one expires."""

from shared.kit import tokens
from shared.kit.db import transaction
from shared.kit.endpoint import validate
from shared.kit.errors import Invalid, Unauthenticated
from shared.kit.socket import Answer, Message, socket
from shared.realtime import queries
from shared.realtime.models import Login


@socket("auth", uses=("signing_key.read",), layers=("tokens",))
def authenticate(message: Message) -> Answer:
    login, problems = validate(Login, message.data)
    if problems:
        raise Invalid(*problems)
    claims = tokens.verify(login.token)
    caller = tokens.caller_of(claims)
    with transaction() as tx:
        expires_at = queries.update_authenticated(tx, message.connection_id, caller, claims["exp"])
        if expires_at is None:
            raise Unauthenticated(message="This socket took too long and is being closed.")
    return Answer("auth:ok", {"user_id": caller.user_id, "expires_at": expires_at})
