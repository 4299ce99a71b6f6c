"""Webhooks from their creation to a delivery that a receiver can check."""

import hashlib
import hmac
import json
import threading
from datetime import timedelta

import psycopg
import pytest
from standardwebhooks import Webhook

from functions.bids.get_bid import get_bid
from functions.bids.place_bid import place_bid
from functions.bids.withdraw_bid import withdraw_bid
from functions.webhooks.create_webhook import create_webhook
from functions.webhooks.delete_webhook import delete_webhook
from functions.webhooks.deliver_webhook import deliver_webhook
from functions.webhooks.get_webhook import get_webhook
from functions.webhooks.list_changes import list_changes
from functions.webhooks.list_deliveries import list_deliveries
from functions.webhooks.list_webhooks import list_webhooks
from functions.webhooks.ping_webhook import ping_webhook
from functions.webhooks.record_delivery import record_delivery
from functions.webhooks.redeliver_event import redeliver_event
from functions.webhooks.rotate_webhook_secret import rotate_webhook_secret
from functions.webhooks.send_due_deliveries import send_due_deliveries
from functions.webhooks.update_webhook import update_webhook
from shared.kit.catalog import Role
from shared.webhooks import messages, rules
from tests.webhooks.receiver import deliver, drained, publish, receiving, run, wait_for
from tests.world import close_connections


def of(webhook):
    return {"webhook_id": webhook["id"]}


def deliveries(call, user, webhook):
    return call(list_deliveries, as_=user, path=of(webhook)).json["data"]


def bid(world, call, owner, client=None):
    body = {"space_id": world.space(owner), "bid_amount": 4000}
    placed = call(place_bid, as_=client or world.client(), body=body).json
    publish(world, placed["id"])
    return placed


def test_both_sides_receive_what_their_get_answers_and_can_check_it_in_both_ways(world, call, hook, receiver):
    owner, client = world.owner(), world.client()
    hooks = {user.id: hook(user, receiver.url) for user in (owner, client)}

    placed = bid(world, call, owner, client)
    deliver()

    assert len(receiver.heard) == 2
    for user in (owner, client):
        secret = hooks[user.id]["secret"]
        [heard] = [one for one in receiver.heard if verified(secret, one)]
        event = heard.json
        assert list(event) == ["id", "event", "timestamp", "data", "signature"]
        assert (event["event"], event["id"]) == ("bid.placed", heard.headers["webhook-id"])
        shown = call(get_bid, as_=user, path={"bid_id": placed["id"]}).json
        # A bid's own, that of its terms, is the number of its `versions`.
        assert (shown.pop("version"), isinstance(event["data"].pop("version"), int)) == (1, True)
        assert event["data"] == json.loads(json.dumps(shown, default=float))
        [delivery] = deliveries(call, user, hooks[user.id])
        assert (delivery["status"], delivery["event"], delivery["event_id"]) == ("SUCCEEDED", "bid.placed", event["id"])
        [attempt] = delivery["attempts"]
        assert (attempt["status_code"], attempt["response"], attempt["error"]) == (200, "taken", None)


def verified(secret, heard) -> bool:
    """By S4's signature; where it holds, the library's verifies, too."""
    body = heard.body.decode()
    signed, _, _ = body.rpartition(',"signature"')
    expected = hmac.new(secret.encode(), f"{signed}}}".encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected, heard.json["signature"]):
        return False
    Webhook(secret).verify(body, heard.headers)
    return True


def test_the_version_grows_with_each_change_and_the_payload_is_made_once(world, call, hook, receiver):
    owner, client = world.owner(), world.client()
    webhook = hook(owner, receiver.url)
    placed = bid(world, call, owner, client)
    deliver()
    assert call(withdraw_bid, as_=client, path={"bid_id": placed["id"]}).status == 200
    publish(world, placed["id"])
    deliver()

    first, second = (one.json for one in receiver.heard)
    assert [first["event"], second["event"]] == ["bid.placed", "bid.withdrawn"]
    assert first["data"]["version"] < second["data"]["version"]
    assert (first["data"]["status"], second["data"]["status"]) == ("PENDING", "WITHDRAWN")
    again = deliveries(call, owner, webhook)[-1]
    assert call(redeliver_event, as_=owner, path={"delivery_id": again["id"]}).status == 202
    publish(world, again["id"])
    deliver()
    assert receiver.heard[2].body == receiver.heard[0].body
    assert receiver.heard[2].headers["webhook-id"] == first["id"]


def test_events_are_those_asked_for(world, call, hook, receiver):
    owner = world.owner()
    hook(owner, receiver.url, "bid.withdrawn")

    bid(world, call, owner)
    deliver()

    assert receiver.heard == []


def test_a_secret_is_shown_once_and_two_sign_for_a_day_while_it_rotates(world, call, hook, receiver):
    owner = world.owner()
    webhook = hook(owner, receiver.url)
    assert webhook["secret"].startswith("whsec_")
    assert "secret" not in call(get_webhook, as_=owner, path=of(webhook)).json
    assert "secret" not in call(list_webhooks, as_=owner).json["data"][0]

    new = call(rotate_webhook_secret, as_=owner, path=of(webhook)).json["secret"]
    ping(world, call, owner, webhook)
    [heard] = receiver.heard
    for secret in (webhook["secret"], new):
        Webhook(secret).verify(heard.body.decode(), heard.headers)
    assert verified(new, heard)

    world.sql("UPDATE webhooks SET rotated_at = rotated_at - interval '24 hours' WHERE id = %(id)s", id=webhook["id"])
    ping(world, call, owner, webhook)
    assert len(receiver.heard[1].headers["webhook-signature"].split()) == 1
    assert verified(new, receiver.heard[1])


def ping(world, call, user, webhook):
    asked = call(ping_webhook, as_=user, path=of(webhook))
    assert asked.status == 202
    publish(world, asked.json["id"])
    deliver()
    return asked.json


def test_a_test_goes_to_its_webhook_alone_and_is_no_change(world, call, hook, receiver):
    owner = world.owner()
    one, other = hook(owner, receiver.url), hook(owner, receiver.url)

    ping(world, call, owner, one)

    assert [heard.json["event"] for heard in receiver.heard] == ["webhook.test"]
    assert deliveries(call, owner, other) == []
    assert call(list_changes, as_=owner).json["data"] == []


def test_failures_are_repeated_after_each_pause_and_then_parked(world, call, hook, receiver):
    owner = world.owner()
    webhook = hook(owner, receiver.url)
    receiver.answer = 500
    bid(world, call, owner)
    assert [int(pause.total_seconds()) for pause in rules.PAUSES] == [
        5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400,
    ]  # fmt: skip

    for number, pause in enumerate(rules.PAUSES, 1):
        deliver()
        [delivery] = deliveries(call, owner, webhook)
        assert (delivery["status"], len(delivery["attempts"]), len(receiver.heard)) == ("FAILED", number, number)
        waits(world, delivery, pause)
        send_due_deliveries({}, None)
    deliver()
    [delivery] = deliveries(call, owner, webhook)
    assert (delivery["status"], delivery["next_attempt_at"]) == ("PARKED", None)
    assert delivery["attempts"][-1]["status_code"] == 500
    assert {heard.headers["webhook-id"] for heard in receiver.heard} == {delivery["event_id"]}
    assert len({heard.body for heard in receiver.heard}) == 1

    receiver.answer = 204
    assert call(redeliver_event, as_=owner, path={"delivery_id": delivery["id"]}).json["status"] == "PENDING"
    publish(world, delivery["id"])
    deliver()
    assert deliveries(call, owner, webhook)[0]["status"] == "SUCCEEDED"


def waits(world, delivery, pause: timedelta):
    """It waits for the pause, which is over now."""
    [row] = world.sql(
        "SELECT next_attempt_at - now() AS wait, claim FROM webhook_deliveries WHERE id = %(id)s", id=delivery["id"]
    )
    assert pause - timedelta(minutes=2) < row["wait"] <= pause
    if row["claim"] is None:
        world.sql("UPDATE webhook_deliveries SET next_attempt_at = now() WHERE id = %(id)s", id=delivery["id"])


def test_a_webhook_that_fails_for_five_days_is_disabled_and_a_replay_by_hand_still_works(world, call, hook, receiver):
    owner = world.owner()
    webhook = hook(owner, receiver.url)
    receiver.answer = 503
    ping(world, call, owner, webhook)
    failed = "UPDATE webhooks SET failing_since = failing_since - interval '{}' WHERE id = %(id)s"
    world.sql(failed.format("4 days 23 hours"), id=webhook["id"])
    ping(world, call, owner, webhook)
    assert call(get_webhook, as_=owner, path=of(webhook)).json["status"] == "ACTIVE"
    world.sql(failed.format("2 hours"), id=webhook["id"])
    world.sql("UPDATE webhook_deliveries SET claim = NULL, claimed_until = NULL")
    ping(world, call, owner, webhook)
    deliver(2)

    now = call(get_webhook, as_=owner, path=of(webhook)).json
    assert (now["status"], now["disabled_reason"]) == ("DISABLED", rules.GAVE_UP)
    assert {one["status"] for one in deliveries(call, owner, webhook)} == {"PARKED"}
    assert "webhook.disabled" in [one["name"] for one in world.event_details(webhook["id"])]
    heard = len(receiver.heard)
    bid(world, call, owner)
    deliver()
    assert len(receiver.heard) == heard

    receiver.answer = 200
    old = deliveries(call, owner, webhook)[-1]
    assert call(redeliver_event, as_=owner, path={"delivery_id": old["id"]}).status == 202
    publish(world, old["id"])
    deliver()
    assert receiver.heard[-1].headers["webhook-id"] == old["event_id"]
    enabled = call(update_webhook, as_=owner, path=of(webhook), body={"status": "ACTIVE"}).json
    assert (enabled["status"], enabled["disabled_reason"]) == ("ACTIVE", None)


def test_a_result_that_comes_twice_and_a_late_one_count_once(world, call, hook, receiver):
    owner = world.owner()
    webhook = hook(owner, receiver.url)
    asked = call(ping_webhook, as_=owner, path=of(webhook)).json
    publish(world, asked["id"])
    run(deliver_webhook, drained("webhooks"))
    results = drained("webhook_results")
    for _ in range(3):
        run(record_delivery, results)

    [delivery] = deliveries(call, owner, webhook)
    assert (delivery["status"], len(delivery["attempts"])) == ("SUCCEEDED", 1)


def test_an_attempt_that_is_over_before_its_claim_is_committed_is_recorded(
    world, call, hook, receiver, monkeypatch, database
):
    owner = world.owner()
    webhook = hook(owner, receiver.url)
    asked = call(ping_webhook, as_=owner, path=of(webhook)).json
    sending = messages._send_batch
    threads = []

    def send(queue, entries):
        sending(queue, entries)
        if queue == "webhooks":
            threads.append(threading.Thread(target=lambda: (deliver(), close_connections())))
            threads[0].start()
            waiting = "SELECT 1 FROM pg_locks WHERE NOT granted"
            with psycopg.connect(database, autocommit=True) as other:
                assert wait_for(lambda: not threads[0].is_alive() or other.execute(waiting).fetchone())

    monkeypatch.setattr(messages, "_send_batch", send)
    publish(world, asked["id"])
    threads[0].join()

    assert [delivery["status"] for delivery in deliveries(call, owner, webhook)] == ["SUCCEEDED"]


def test_an_attempt_of_which_nothing_is_heard_is_made_again(world, call, hook, receiver):
    owner = world.owner()
    webhook = hook(owner, receiver.url)
    asked = call(ping_webhook, as_=owner, path=of(webhook)).json
    publish(world, asked["id"])
    drained("webhooks")
    send_due_deliveries({}, None)
    deliver()
    assert receiver.heard == []

    world.sql("UPDATE webhook_deliveries SET claimed_until = now() WHERE id = %(id)s", id=asked["id"])
    send_due_deliveries({}, None)
    deliver()

    assert len(receiver.heard) == 1


def test_an_organization_has_ten_webhooks_of_its_own_and_nobody_elses(world, call, hook):
    owner, stranger = world.owner(), world.owner()
    ten = [hook(owner, f"https://hooks.example.com/{number}") for number in range(10)]

    eleventh = call(create_webhook, as_=owner, body={"url": "https://hooks.example.com", "events": ["*"]})
    assert (eleventh.status, eleventh.code) == (409, "TOO_MANY_WEBHOOKS")
    assert [one["id"] for one in call(list_webhooks, as_=owner).json["data"]] == [one["id"] for one in ten]
    assert call(list_webhooks, as_=stranger).json["data"] == []
    assert call(delete_webhook, as_=stranger, path=of(ten[0])).status == 404
    assert call(delete_webhook, as_=owner, path=of(ten[0])).status == 204
    assert call(create_webhook, as_=owner, body={"url": "https://hooks.example.com", "events": ["*"]}).status == 201


def test_the_platforms_webhook_hears_of_every_organization(world, call, hook, receiver):
    admin = world.user(Role.SUPER_ADMIN)
    webhook = hook(admin, receiver.url, "bid.placed")

    bid(world, call, world.owner())
    deliver()

    assert verified(webhook["secret"], receiver.heard[-1])
    assert call(delete_webhook, as_=admin, path=of(webhook)).status == 204


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"url": "http://hooks.example.com"}, "url"),
        ({"url": "http://127.0.0.1:9000/"}, "url"),
        ({"url": "https://user@hooks.example.com"}, "url"),
        ({"url": "https://hooks.example.com:0/"}, "url"),
        ({"url": "https://hooks.example.com:65536/"}, "url"),
        ({"url": "https://localhost/"}, "url"),
        ({"url": "https://127.0.0.1/"}, "url"),
        ({"url": "https://127.1/"}, "url"),
        ({"url": "https://2130706433/"}, "url"),
        ({"url": "https://10.0.0.7/"}, "url"),
        ({"url": "https://169.254.169.254/latest/meta-data"}, "url"),
        ({"url": "https://[::ffff:127.0.0.1]/"}, "url"),
        ({"url": "ftp://hooks.example.com"}, "url"),
        ({"events": []}, "events"),
        ({"events": ["*", "bid.placed"]}, "events"),
        ({"events": ["session.started"]}, "events.0"),
        ({"events": ["bid.placed", "bid.placed"]}, "events"),
    ],
)
def test_what_no_webhook_can_be_is_refused_by_its_field(world, call, body, field):
    new = {"url": "https://hooks.example.com:65535/", "events": ["*"]} | body
    reply = call(create_webhook, as_=world.owner(), body=new)

    assert (reply.status, reply.fields) == (400, [field])


def test_without_leave_no_event_goes_to_this_machine(world, call, hook, receiver, monkeypatch):
    owner = world.owner()
    webhook = hook(owner, receiver.url)
    monkeypatch.delenv("ALLOW_LOCAL_TARGETS")

    ping(world, call, owner, webhook)

    assert receiver.heard == []
    [delivery] = deliveries(call, owner, webhook)
    assert delivery["attempts"][0]["error"] == "The host must resolve to public addresses only."


def test_a_slow_receiver_is_tried_again_in_a_queue_of_its_own(world, call, hook, local):
    owner = world.owner()
    with receiving(500) as broken:
        webhook = hook(owner, broken.url)
        ping(world, call, owner, webhook)
        assert drained("webhooks") == []
        assert len(drained("webhook_retries")) == 1


def test_a_receiver_that_is_down_for_a_day_of_the_clock_catches_up(world, call, hook, receiver):
    owner = world.owner()
    webhook = hook(owner, receiver.url)
    receiver.answer = 500
    placed = [bid(world, call, owner) for _ in range(3)]
    deliver(4)
    assert {one["status"] for one in deliveries(call, owner, webhook)} == {"FAILED"}
    receiver.heard.clear()
    receiver.answer = 200
    send_due_deliveries({}, None)
    deliver()
    assert receiver.heard == []

    with world.clock_moved(1):
        send_due_deliveries({}, None)
        deliver(4)

    assert {one.json["data"]["id"] for one in receiver.heard} == {one["id"] for one in placed}
    assert {one["status"] for one in deliveries(call, owner, webhook)} == {"SUCCEEDED"}


def test_whatever_is_due_is_sent_however_many_webhooks_wait_for_their_turn(world, call, hook, receiver, monkeypatch):
    monkeypatch.setattr("functions.webhooks.send_due_deliveries._BATCH", 1)
    owners = [world.owner() for _ in range(3)]
    for owner in owners:
        webhook = hook(owner, receiver.url)
        publish(world, call(ping_webhook, as_=owner, path=of(webhook)).json["id"])
    drained("webhooks")
    # The first one's attempt is on its way, and it has more to be told.
    world.sql("UPDATE webhook_deliveries SET claimed_until = now() WHERE webhook_id = %(id)s", id=webhook["id"])

    send_due_deliveries({}, None)
    deliver()

    assert len(receiver.heard) == 1
