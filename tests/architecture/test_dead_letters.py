"""Quality 20: one poisoned record of ten, through a real queue, read as Lambda reads it."""

import asyncio
import json
import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import boto3
import pytest

from functions.notifications.notify_people import notify_people
from local.cloud.lambdas.function import Result
from local.cloud.triggers.queues import Mapped, Poller
from shared.kit import aws, wire
from shared.kit.ids import new_id
from shared.kit.resources import RECEIVES
from tests.bids.negotiation import Negotiation
from tests.realtime.sockets import frames
from tests.world import close_connections


class Queue:
    """A queue with its dead letters, and `notify_people` at the end of it."""

    def __init__(self):
        self.sqs, name = boto3.client("sqs"), f"poisoned-{new_id().hex}"
        self.dead_letters = self.sqs.create_queue(QueueName=f"{name}-dead-letters")["QueueUrl"]
        arn = f"arn:aws:sqs:{os.environ['AWS_REGION']}:123456789012:{name}-dead-letters"
        policy = {"deadLetterTargetArn": arn, "maxReceiveCount": RECEIVES}
        # What fails is seen again at once: how long it stays hidden decides when, not what happens then.
        attributes = {"RedrivePolicy": json.dumps(policy), "VisibilityTimeout": "0"}
        self.url = self.sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
        self.mapped = Mapped(queue=name, function="", batch=10, at_once=1, partial=True, visibility=0)
        self.batches = []

    def send(self, *bodies):
        self.sqs.send_message_batch(
            QueueUrl=self.url,
            Entries=[{"Id": str(number), "MessageBody": body} for number, body in enumerate(bodies)],
        )

    def drain(self):
        """Read until there is nothing left to read."""

        async def read():
            with ThreadPoolExecutor(1) as threads:
                poller = Poller(self.mapped, aws, threads, self)
                poller.url = self.url
                while await poller._read_once():
                    await asyncio.gather(*poller._batches)
                await asyncio.get_running_loop().run_in_executor(threads, close_connections)

        asyncio.run(read())

    async def invoke(self, function, event):
        """In place of Lambda, as local/cloud/lambdas/ answers."""
        self.batches.append(len(json.loads(event)["Records"]))
        return Result(json.dumps(notify_people(json.loads(event), None)).encode())

    def dead(self):
        answer = self.sqs.receive_message(QueueUrl=self.dead_letters, MaxNumberOfMessages=10, VisibilityTimeout=0)
        return answer.get("Messages", [])

    def redrive(self):
        """What StartMessageMoveTask does: every dead letter goes back to the queue that it came from."""
        for message in self.dead():
            self.send(message["Body"])
            self.sqs.delete_message(QueueUrl=self.dead_letters, ReceiptHandle=message["ReceiptHandle"])


@pytest.fixture
def queue(environment):
    return Queue()


@contextmanager
def poisoned(world, bid):
    """No notification about the bid can be written."""
    world.sql(f"ALTER TABLE notifications ADD CONSTRAINT poison CHECK (metadata ->> 'bid_id' <> '{bid}') NOT VALID")
    try:
        yield
    finally:
        world.sql("ALTER TABLE notifications DROP CONSTRAINT poison")


def told(world, bid):
    [row] = world.sql("SELECT count(*) AS n FROM notifications WHERE metadata ->> 'bid_id' = %(id)s", id=bid)
    return row["n"]


def test_one_failing_message_of_ten_goes_alone_to_the_dead_letter_queue_and_back(world, call, queue):
    deals = [Negotiation(world, call) for _ in range(10)]
    sick, healthy = deals[4], deals[:4] + deals[5:]
    frames()

    with poisoned(world, sick.bid):
        queue.send(*(wire.render({"detail": world.event_details(deal.bid)[0]}) for deal in deals))
        queue.drain()

    assert queue.batches == [10] + [1] * (RECEIVES - 1)
    assert [told(world, deal.bid) for deal in healthy] == [1] * 9
    assert told(world, sick.bid) == 0
    [letter] = queue.dead()
    assert json.loads(letter["Body"])["detail"]["object_id"] == sick.bid

    queue.redrive()
    queue.drain()

    assert queue.dead() == []
    assert [told(world, deal.bid) for deal in deals] == [1] * 10


@pytest.mark.parametrize("body", ["no message", "[]", "null", '{"detail": "text"}', '{"detail": {"id": "x"}}'])
def test_a_malformed_message_goes_alone_to_the_dead_letter_queue(world, call, queue, body):
    deals = [Negotiation(world, call) for _ in range(2)]
    bodies = [wire.render({"detail": world.event_details(deal.bid)[0]}) for deal in deals]

    queue.send(bodies[0], body, bodies[1])
    queue.drain()

    assert [told(world, deal.bid) for deal in deals] == [1, 1]
    assert [letter["Body"] for letter in queue.dead()] == [body]
