"""A process killed around COMMIT: before it nothing happened; after it everything did, and the event goes out."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import boto3
import pytest

from functions.bids.get_bid import get_bid
from functions.bids.place_bid import place_bid
from functions.system.relay_outbox import relay_outbox
from tests.realtime.sockets import deliver

ROOT = Path(__file__).parents[2]

# Places a bid in a process of its own, which ends at the given point without any tidying up.
VICTIM = """
    import os, sys
    from tests.call import http_event
    from tests.world import User
    from functions.bids.place_bid import place_bid
    from shared.kit import db, unit
    from shared.kit.catalog import Role

    def end(*ignored): os._exit(9)

    if sys.argv[1] == "before": db.Tx.commit = end
    if sys.argv[1] == "after": unit.nudge_relay = end
    user = User({user!r}, {organization!r}, Role.CLIENT, "", "", {session!r})
    place_bid(http_event(place_bid.operation, as_=user, body={{"space_id": {space!r}, "bid_amount": 5}}), None)
"""


@pytest.fixture
def killed(world):
    def kill(point):
        client, space = world.client(), world.space()
        script = textwrap.dedent(VICTIM).format(
            user=str(client.id),
            organization=str(client.organization_id),
            session=str(client.session_id),
            space=str(space),
        )
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        done = subprocess.run([sys.executable, "-c", script, point], env=environment, check=False)
        assert done.returncode == 9
        return client, space

    return kill


def bids_on(world, space):
    return world.sql("SELECT id FROM bids WHERE space_id = %(space)s", space=space)


def test_a_function_killed_before_commit_changes_nothing(killed, world, call):
    client, space = killed("before")

    assert bids_on(world, space) == []
    assert world.events(actor=client) == []
    assert call(place_bid, as_=client, body={"space_id": space, "bid_amount": 5}).status == 201


def test_the_event_of_a_function_killed_after_commit_is_still_published(killed, world, call):
    client, space = killed("after")
    [bid] = bids_on(world, space)
    assert call(get_bid, as_=client, path={"bid_id": bid["id"]}).status == 200

    sqs, events = boto3.client("sqs"), boto3.client("events")
    queue = sqs.create_queue(QueueName="crash-witness")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    events.put_rule(Name="crash-witness", EventBusName="leasing", EventPattern='{"detail-type": ["bid.placed"]}')
    events.put_targets(Rule="crash-witness", EventBusName="leasing", Targets=[{"Id": "queue", "Arn": arn}])
    # One pass takes two seconds' worth; what the tests before left unpublished goes out first.
    while world.sql("SELECT id FROM outbox WHERE object_id = %(id)s AND published_at IS NULL", id=bid["id"]):
        assert deliver(relay_outbox, {}) == []

    heard = ""
    while messages := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
        heard += "".join(message["Body"] for message in messages)
        for message in messages:
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    assert str(bid["id"]) in heard
