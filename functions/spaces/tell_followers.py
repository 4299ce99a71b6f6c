"""Tell those who follow a space what it costs and whether it is free.

The space is read when its followers are told, one event after the other: whatever order the events come in, the last
frame is right. Frames are queued last and before the commit, as in functions/notifications/notify_people.py.
"""

from uuid import UUID

from shared.kit.consumer import Event, consumer
from shared.kit.db import Tx
from shared.realtime.access import followers
from shared.realtime.channels import Channel
from shared.realtime.messages import send_on_channel
from shared.spaces import queries
from shared.spaces.models import SpaceUpdated


@consumer(
    "space.updated",
    "bid.approved",
    "contract.sent",
    "contract.space_released",
    "contract.activated",
    "contract.started",
    "contract.expired",
    "contract.terminated",
    tells=(SpaceUpdated,),
    ordered=True,
    emits=False,
    uses=("push.send",),
)
def tell_followers(event: Event, tx: Tx) -> None:
    space_id = event.object_id if event.name == "space.updated" else UUID(event.data["space_id"])
    assert space_id is not None  # noqa: S101 (spaces have ids)
    channel = Channel("space", space_id)
    asked = queries.ask_told(tx, space_id)
    following = followers(tx, channel)
    if following:
        data = SpaceUpdated.of({"space_id": space_id, **asked.answer()})
        send_on_channel(event.id, channel.name, data, following, event.correlation_id)
