"""Tell everybody who is connected what was announced.

Frames are queued last and before the commit, as in functions/notifications/notify_people.py. Everybody else is notified
by functions/notifications/notify_absent.py.
"""

from shared.kit.consumer import Event, consumer
from shared.kit.db import Tx
from shared.realtime.access import sockets_opened
from shared.realtime.channels import GLOBAL
from shared.realtime.messages import send_on_channel
from shared.realtime.models import Announced


@consumer("announcement.made", tells=(Announced,), emits=False, uses=("push.send",), timeout=60)
def tell_everybody(event: Event, tx: Tx) -> None:
    announced = Announced.of(
        {
            "id": event.object_id,
            "title": event.data["title"],
            "body": event.data["body"],
            "timestamp": event.occurred_at,
        }
    )
    send_on_channel(event.id, GLOBAL, announced, sockets_opened(tx, event.occurred_at), event.correlation_id)
