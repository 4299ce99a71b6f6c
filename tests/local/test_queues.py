"""Queues, rules and the state machine: what is sent arrives, in order where it must, and again where it failed."""

import asyncio
import json
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Thread
from types import SimpleNamespace
from typing import Any

import pytest
from moto.sqs.models import Message, Queue, SQSBackend
from moto.stepfunctions.parser.asl.utils import boto_client

from local.cloud.aws import moto_app
from local.cloud.aws.demands import AwsRequest
from local.cloud.triggers import queues
from tests.local.conftest import PATIENCE, Notes

AskAws = Callable[..., dict[str, Any]]


def _url(cloud: Any, queue: str) -> str:
    return f"{cloud.aws_url}/123456789012/{queue}"


def _about(name: str) -> Callable[[dict[str, Any]], bool]:
    return lambda note: bool(note["body"].get("name", note["body"].get("detail", {}).get("name")) == name)


@pytest.fixture(autouse=True)
def _is_warm(cloud: Any, ask_aws: AskAws, notes: Notes) -> None:
    """A function that has yet to start may take longer than its messages stay hidden."""
    ask_aws("sqs", "send_message", QueueUrl=_url(cloud, "work"), MessageBody='{"name": "warm"}')
    notes("consumed", fits=_about("warm"))


@pytest.mark.parametrize("delay", [0, 1])
def test_a_message_is_handled_on_arrival_without_polling(delay: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queues, "SWEEP_SECONDS", 3600.0)
    mapped = queues.Mapped("work", "consume", batch=10, at_once=1, partial=True, visibility=30)
    sent = {"QueueUrl": f"http://x/{mapped.queue}", "MessageBody": "{}", "DelaySeconds": delay}
    headers = {"x-amz-target": "AmazonSQS.SendMessage", "authorization": "Credential=a/b/c/sqs/aws4_request"}
    request = AwsRequest("POST", "/", "", headers, json.dumps(sent).encode())

    async def handled() -> bytes:
        lying: list[dict[str, Any]] = []
        invoked: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

        class Sqs:
            def call(self, service: str, target: str, parameters: dict[str, Any]) -> dict[str, Any]:
                return {"Messages": [lying.pop()] if lying and "Receive" in target else []}

        class Lambdas:
            async def invoke(self, function: str, event: bytes) -> Any:
                invoked.set_result(event)
                return SimpleNamespace(failed=False, payload=b"{}")

        with ThreadPoolExecutor(1) as threads:
            reader = queues.Queues([mapped], Sqs(), threads, Lambdas())  # type: ignore[arg-type]
            [task] = reader.start()
            await asyncio.sleep(0)
            lying.append({"MessageId": "1", "ReceiptHandle": "1", "Body": "{}", "MD5OfBody": ""})
            reader.observe(request)
            try:
                return await asyncio.wait_for(invoked, PATIENCE)
            finally:
                task.cancel()

    assert json.loads(asyncio.run(handled()))["Records"][0]["messageId"] == "1"


def test_only_failed_messages_are_redelivered(cloud: Any, ask_aws: AskAws, notes: Notes) -> None:
    entries = [
        {"Id": "1", "MessageBody": '{"name": "good"}'},
        {"Id": "2", "MessageBody": '{"name": "shaky", "fails": "once"}'},
    ]
    ask_aws("sqs", "send_message_batch", QueueUrl=_url(cloud, "work"), Entries=entries)

    assert len(notes("consumed", 2, fits=_about("shaky"))) == 2
    assert len(notes("consumed", 1, fits=_about("good"))) == 1


def test_a_message_that_always_fails_ends_in_the_dead_letter_queue(cloud: Any, ask_aws: AskAws, notes: Notes) -> None:
    body = '{"name": "lost", "fails": "always"}'
    ask_aws("sqs", "send_message", QueueUrl=_url(cloud, "work"), MessageBody=body)

    notes("consumed", 2, fits=_about("lost"))
    deadline, dead = time.monotonic() + PATIENCE, []
    while body not in dead:
        assert time.monotonic() < deadline, dead
        found = ask_aws("sqs", "receive_message", QueueUrl=_url(cloud, "dead")).get("Messages", [])
        dead += [message["Body"] for message in found]
        time.sleep(0.1)
    assert len(notes("consumed", 2, fits=_about("lost"))) == 2


def test_the_number_of_messages_in_a_queue_is_reported(cloud: Any, ask_aws: AskAws) -> None:
    ask_aws("sqs", "send_message", QueueUrl=_url(cloud, "work"), MessageBody='{"name": "counted"}', DelaySeconds=900)

    for names in (["All"], ["ApproximateNumberOfMessagesDelayed"]):
        told = ask_aws("sqs", "get_queue_attributes", QueueUrl=_url(cloud, "work"), AttributeNames=names)
        assert told["Attributes"]["ApproximateNumberOfMessagesDelayed"] == "1"


def test_a_delayed_message_waits(cloud: Any, ask_aws: AskAws, notes: Notes) -> None:
    body = '{"name": "later"}'
    ask_aws("sqs", "send_message", QueueUrl=_url(cloud, "work"), MessageBody=body, DelaySeconds=1)

    (note,) = notes("consumed", fits=_about("later"))
    assert note["at"] - int(note["attributes"]["SentTimestamp"]) / 1000 >= 1


def test_messages_of_a_group_are_never_handled_concurrently(cloud: Any, ask_aws: AskAws, notes: Notes) -> None:
    for number in range(4):
        for group in ("a", "b"):
            ask_aws(
                "sqs",
                "send_message",
                QueueUrl=_url(cloud, "ordered.fifo"),
                MessageBody=json.dumps({"name": group, "number": number, "seconds": 0.05}),
                MessageGroupId=group,
            )

    for group in ("a", "b"):
        consumed = notes("consumed", 4, fits=_about(group))
        done = notes("done", 4, fits=_about(group))
        assert [note["body"]["number"] for note in consumed] == [0, 1, 2, 3]
        assert all(end["at"] <= start["at"] for end, start in zip(done, consumed[1:], strict=False))


def test_a_rule_delivers_its_events_and_no_others(cloud: Any, ask_aws: AskAws, notes: Notes) -> None:
    name = uuid.uuid4().hex
    entries = [
        {"EventBusName": "events", "Source": "test", "DetailType": kind, "Detail": json.dumps({"name": name})}
        for kind in ("thing.other", "thing.happened")
    ]
    answer = ask_aws("events", "put_events", Entries=entries)

    assert answer["FailedEntryCount"] == 0
    (note,) = notes("consumed", fits=_about(name))
    assert note["body"]["detail-type"] == "thing.happened"


def test_the_state_machine_waits_for_its_token(ask_aws: AskAws, notes: Notes) -> None:
    machine = "arn:aws:states:us-east-1:123456789012:stateMachine:saga"
    ask_aws("stepfunctions", "start_execution", stateMachineArn=machine, name="contract-1", input="{}")

    (waiting,) = notes("waiting")
    ask_aws("stepfunctions", "send_task_success", taskToken=waiting["token"], output='{"signed": true}')
    assert notes("finished")[0]["input"] == {"signed": True}
    # With another input: with the same one it is the same execution for as long as that runs, which is a moment longer.
    again = ask_aws("stepfunctions", "start_execution", stateMachineArn=machine, name="contract-1", input='{"a": 1}')
    assert again == {"refused": "ExecutionAlreadyExists"}


def test_every_task_of_a_state_machine_is_called_by_the_same_client(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boto_client, "boto_client_for", boto_client.boto_client_for)
    moto_app._remember()

    one, other = (boto_client.boto_client_for("us-east-1", "lambda", state_credentials=object()) for _ in range(2))

    assert one is other


def test_a_message_that_comes_while_another_is_deleted_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Queue, "delete_message", Queue.delete_message)
    monkeypatch.setattr(SQSBackend, "receive_message", SQSBackend.receive_message)
    moto_app._lose_nothing()
    backend = SQSBackend("us-east-1", "123456789012")
    queue = backend.create_queue("busy", {})
    sender = Thread(target=backend.send_message, args=("busy", "second"))

    class Watched(list[Message]):
        """Somebody sends, just when all messages have been gone through."""

        def __iter__(self) -> Iterator[Message]:
            yield from list(self[:])
            if sender.ident is None:
                sender.start()
                sender.join(0.2)

    backend.send_message("busy", "first")
    [first] = backend.receive_message("busy", 1, 0, 30)
    queue._messages = Watched(queue._messages)
    backend.delete_message("busy", first.receipt_handle)
    sender.join()

    assert [message.body for message in queue._messages] == ["second"]
