"""Webhooks that reach receivers on this machine."""

from collections.abc import Iterator
from typing import Any

import pytest

from functions.webhooks.create_webhook import create_webhook
from tests.webhooks.receiver import Receiver, drained, receiving


@pytest.fixture
def local(monkeypatch: pytest.MonkeyPatch, world: Any) -> None:
    """As `ALLOW_LOCAL_TARGETS=1 make up`; nothing is left in the queues by others, and nobody hears of everything."""
    world.sql("DELETE FROM webhooks WHERE organization_id IS NULL")
    monkeypatch.setenv("ALLOW_LOCAL_TARGETS", "1")
    for queue in ("webhooks", "webhook_retries", "webhook_results"):
        drained(queue)


@pytest.fixture
def receiver(local: None) -> Iterator[Receiver]:
    with receiving() as one:
        yield one


@pytest.fixture
def hook(call: Any) -> Any:
    """Creates a webhook: its answer."""

    def create(user: Any, url: str, *events: str) -> Any:
        reply = call(create_webhook, as_=user, body={"url": url, "events": list(events or ("*",))})
        assert reply.status == 201, reply.json
        return reply.json

    return create
