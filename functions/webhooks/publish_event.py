"""Publish an event to organizations.

Keeps what the event means to each organization that it concerns, and to the platform, as its GET answers it at this
moment, and sends it to the webhooks that listen to it. Each payload is made once: repeats, and the list of changes,
have the same bytes.
"""

from typing import Any
from uuid import UUID

from shared.kit.consumer import Event, consumer
from shared.kit.db import Tx
from shared.kit.errors import NotFound
from shared.kit.ids import new_id
from shared.webhooks import changes, deliveries, table
from shared.webhooks.audience import PLATFORM, Audience
from shared.webhooks.messages import SENDING, send
from shared.webhooks.payload import payload_of
from shared.webhooks.public import Public
from shared.webhooks.readers import READERS, Reader


@consumer(*table.HEARD, emits=False, uses=SENDING, layers=("tokens",), timeout=30)
def publish_event(event: Event, tx: Tx) -> None:
    version = changes.select_version(tx, event.id)
    if version is None:
        return
    listening: set[UUID] = set()
    for word in table.WORDS:
        reports = {
            name: public
            for name, public in word.events.items()
            if event.name in table.heard_by(name) and public.when(event.data)
        }
        if reports:
            listening |= _publish(tx, event, version, READERS[word.name], reports)
    if listening:
        send(deliveries.claim_due(tx, sorted(listening)))


def _publish(tx: Tx, event: Event, version: int, reader: Reader, reports: dict[str, Public]) -> set[UUID]:
    """Keep what a word has to say of it; the webhooks that listen."""
    listening: set[UUID] = set()
    for audience in [*reader.concerned(tx, event), Audience(PLATFORM, "PLATFORM")]:
        for name, public in reports.items():
            data = _data(tx, event, reader, public, audience)
            if data is not None:
                event_id = new_id()
                payload = payload_of(event_id, name, event.occurred_at, {**data, "version": version})
                changes.insert_event(tx, event_id, audience, name, payload)
                listening |= set(deliveries.insert_deliveries(tx, audience, event_id, name))
    return listening


def _data(tx: Tx, event: Event, reader: Reader, public: Public, audience: Audience) -> dict[str, Any] | None:
    """The object as the audience reads it; None where it does not."""
    named = event.data.get(public.object_id) if public.object_id else event.object_id
    if named is None:
        return None
    if public.is_gone:
        return {"id": named}
    # The database's role stays the worker's, which writes whatever is to be kept.
    tx.become(audience.caller)
    try:
        return dict(reader.show(tx, audience, UUID(str(named))).__dict__)
    except NotFound:
        return None
