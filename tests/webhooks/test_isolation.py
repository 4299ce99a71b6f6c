"""Receivers that are dead or slow never keep others waiting."""

import threading
from concurrent.futures import ThreadPoolExecutor

from functions.webhooks.deliver_webhook import deliver_webhook
from functions.webhooks.record_delivery import record_delivery
from functions.webhooks.retry_webhook import retry_webhook
from shared.webhooks import attempt
from shared.webhooks.posting import post
from stacks.parts.operations import PARALLEL
from tests.webhooks.receiver import drained, publish, receiving, run, wait_for
from tests.webhooks.test_webhooks import bid, ping_webhook

DEAD = 50


def test_fifty_dead_receivers_cost_a_live_one_nothing(world, call, hook, local, monkeypatch):
    monkeypatch.setattr(attempt, "post", lambda url, body, headers: post(url, body, headers, 60))
    released = threading.Event()
    with receiving(lambda request: released.wait(60)) as dead, receiving() as live:
        owners = [world.owner() for _ in range(DEAD)]
        hooks = [hook(owner, dead.url) for owner in owners]
        owner = world.owner()
        hooks.append(hook(owner, live.url))
        for user, webhook in zip([*owners, owner], hooks, strict=True):
            asked = call(ping_webhook, as_=user, path={"webhook_id": webhook["id"]})
            publish(world, asked.json["id"])

        # As many functions as AWS starts for the queue at the least; the live one's event is the last.
        messages = drained("webhooks")
        assert len(messages) == DEAD + 1
        batches = [messages[start : start + 10] for start in range(0, len(messages), 10)]
        assert len(batches) <= PARALLEL
        with ThreadPoolExecutor(len(batches)) as pool:
            running = [pool.submit(run, deliver_webhook, batch) for batch in batches]
            try:
                assert wait_for(lambda: len(live.heard) == 1)
                assert not any(one.done() for one in running[:-1])
            finally:
                released.set()
            for one in running:
                one.result()
        dead.answer = 500
        for _ in range(2):
            run(record_delivery, drained("webhook_results"))
            run(retry_webhook, drained("webhook_retries"))

        # From then on they wait in a queue of their own, each with one attempt, however much there is to tell them.
        for one in (*owners[:3], owner):
            bid(world, call, one)
            bid(world, call, one)
        waiting = drained("webhooks")
        assert len(waiting) == 2
        assert len(drained("webhook_retries")) <= 3
        run(deliver_webhook, waiting)
        assert len(live.heard) == 3


def test_a_receiver_has_at_most_ten_attempts_on_their_way(world, call, hook, receiver):
    owner = world.owner()
    hook(owner, receiver.url)
    for _ in range(12):
        bid(world, call, owner)

    first = drained("webhooks")
    assert len(first) == 10
    run(deliver_webhook, first)
    run(record_delivery, drained("webhook_results"))
    run(deliver_webhook, drained("webhooks"))

    assert len(receiver.heard) == 12
