"""Subscribe to channels.

The connection then also receives what happens on these channels, as long as its user may hear it: that is asked again
at each frame. One channel that does not exist for the user refuses the whole message.
"""

from shared.kit.catalog import STAFF
from shared.kit.db import record_read, transaction
from shared.kit.errors import NotFound, Unauthenticated
from shared.kit.socket import Message, socket
from shared.realtime import rules, subscriptions
from shared.realtime.models import Channels, Subscribed


@socket("subscribe", database="writer", raises=(Unauthenticated, NotFound, rules.TooManyChannels))
def subscribe(message: Message, asked: Channels) -> Subscribed:
    channels = rules.named(asked.channels)
    names = [channel.name for channel in channels]
    with transaction() as tx:
        caller = subscriptions.lock_socket(tx, message.connection_id)
        if caller is None:
            raise Unauthenticated()
        tx.become(caller)
        audiences, followed = subscriptions.select_audiences(tx, message.connection_id, channels)
        rules.check_heard(caller, channels, audiences)
        rules.check_number(followed | set(names))
        subscriptions.insert_subscriptions(tx, message.connection_id, names)
        if caller.role in STAFF:
            # What it hears from now on it reads.
            for channel in channels:
                record_read(caller, channel.object_id)
    return Subscribed(channels=asked.channels)
