"""Unsubscribe from channels.

The connection no longer receives what happens on these channels. What comes without subscribing goes on: the user's own
news, and announcements.
"""

from shared.kit.db import transaction
from shared.kit.errors import NotFound, Unauthenticated
from shared.kit.socket import Message, socket
from shared.realtime import rules, subscriptions
from shared.realtime.models import Channels, Unsubscribed


@socket("unsubscribe", database="writer", raises=(Unauthenticated, NotFound))
def unsubscribe(message: Message, asked: Channels) -> Unsubscribed:
    names = [channel.name for channel in rules.named(asked.channels)]
    with transaction() as tx:
        caller = subscriptions.lock_socket(tx, message.connection_id)
        if caller is None:
            raise Unauthenticated()
        tx.become(caller)
        subscriptions.delete_subscriptions(tx, message.connection_id, names)
    return Unsubscribed(channels=asked.channels)
