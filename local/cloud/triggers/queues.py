"""Event source mappings: deliver a queue's messages to its function, in batches.

A queue is read as soon as something is known to have arrived in it (every send passes through aws/endpoint.py),
and not by constant polling: this keeps three hops under a tenth of a second.
"""

import asyncio
import json
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

from local.cloud.account import ACCOUNT, REGION
from local.cloud.aws.demands import AwsRequest
from local.cloud.aws.moto_app import Moto
from local.cloud.lambdas.fleet import Lambdas
from local.cloud.lambdas.function import Throttled
from local.cloud.templates.resources import Resources

SWEEP_SECONDS = 5.0
"""How often a queue is polled without a wake-up."""
BATCHES_AT_ONCE = 5


@dataclass(frozen=True)
class Mapped:
    """One AWS::Lambda::EventSourceMapping of a queue."""

    queue: str
    function: str
    batch: int
    at_once: int
    partial: bool
    visibility: float
    hears: frozenset[str] | None = frozenset()
    """The types of the events that rules send to the queue; None if only the rule itself can tell."""


def read_mappings(resources: Resources) -> list[Mapped]:
    """Every enabled mapping from a queue."""
    visibilities = {
        resources.templates.attributes(queue)["QueueName"]: float(
            resources.templates.property(queue, "VisibilityTimeout", 30)
        )
        for queue in resources.templates.all("AWS::SQS::Queue")
    }
    hears = _heard(resources)
    found = []
    for resource in resources.templates.all("AWS::Lambda::EventSourceMapping"):
        properties = resources.templates.properties(resource)
        if properties.get("Enabled", True) is False or ":sqs:" not in properties["EventSourceArn"]:
            continue
        queue = properties["EventSourceArn"].rpartition(":")[2]
        scaling = properties.get("ScalingConfig", {})
        found.append(
            Mapped(
                queue=queue,
                function=_bare_name(properties["FunctionName"]),
                batch=int(properties.get("BatchSize", 10)),
                at_once=min(int(scaling.get("MaximumConcurrency", BATCHES_AT_ONCE)), BATCHES_AT_ONCE),
                partial="ReportBatchItemFailures" in properties.get("FunctionResponseTypes", []),
                visibility=visibilities.get(queue, 30.0),
                hears=hears.get(queue, frozenset()),
            )
        )
    return found


def _heard(resources: Resources) -> dict[str, frozenset[str] | None]:
    found: dict[str, frozenset[str] | None] = {}
    for rule in resources.templates.all("AWS::Events::Rule"):
        types = resources.templates.property(rule, "EventPattern", {}).get("detail-type")
        plain = types is not None and all(isinstance(each, str) for each in types)
        for target in resources.templates.property(rule, "Targets", []):
            queue = target["Arn"].rpartition(":")[2]
            before = found.get(queue, frozenset())
            found[queue] = before | frozenset(types) if plain and before is not None else None
    return found


class Queues:
    """All pollers; an observer of AWS calls that wakes the right one."""

    def __init__(self, mappings: Sequence[Mapped], moto: Moto, threads: Executor, lambdas: Lambdas) -> None:
        self.pollers = {mapped.queue: Poller(mapped, moto, threads, lambdas) for mapped in mappings}

    def start(self) -> list[asyncio.Task[None]]:
        """Begin to read every queue."""
        return [asyncio.create_task(poller.run()) for poller in self.pollers.values()]

    def observe(self, request: AwsRequest) -> None:
        """Wake the queues that this request may have sent a message to."""
        operation, parameters = request.operation, request.parameters
        if operation == "PutEvents":
            types = {str(entry.get("DetailType")) for entry in parameters.get("Entries", [])}
            for poller in self.pollers.values():
                if poller.mapped.hears is None or poller.mapped.hears & types:
                    poller.wake()
        elif request.service == "sqs" and operation.startswith(("SendMessage", "ChangeMessageVisibility")):
            queue = str(parameters.get("QueueUrl", "")).rpartition("/")[2]
            if queue in self.pollers:
                for delay in {_delay(entry) for entry in parameters.get("Entries") or [parameters]}:
                    self.pollers[queue].wake(delay)

    async def is_empty(self) -> bool:
        """Whether no queue has a message that could be handled now, and none is being handled."""
        if any(poller.is_working for poller in self.pollers.values()):
            return False
        counts = [await poller.visible() for poller in self.pollers.values()]
        return not any(counts)


class Poller:
    """Reads one queue and invokes one function."""

    def __init__(self, mapped: Mapped, moto: Moto, threads: Executor, lambdas: Lambdas) -> None:
        self.mapped = mapped
        self.moto = moto
        self.threads = threads
        self.lambdas = lambdas
        self.url = f"http://127.0.0.1/{ACCOUNT}/{mapped.queue}"
        self._news = asyncio.Event()
        self._slots = asyncio.Semaphore(mapped.at_once)
        self._batches: set[asyncio.Task[None]] = set()

    @property
    def is_working(self) -> bool:
        """Whether there is something it has not looked at, or not finished."""
        return bool(self._batches) or self._news.is_set()

    def wake(self, delay: float = 0.0) -> None:
        """Look at the queue, now or after a delay."""
        if delay > 0:
            asyncio.get_running_loop().call_later(delay + 0.02, self._news.set)
        else:
            self._news.set()

    async def run(self) -> None:
        """Read until cancelled."""
        while True:
            try:
                await asyncio.wait_for(self._news.wait(), SWEEP_SECONDS)
            except TimeoutError:
                pass
            try:
                while await self._read_once():
                    pass
            except Exception as error:  # noqa: BLE001 (a queue must go on being read whatever happened)
                print(f"! {self.mapped.queue}: {error}", file=sys.stderr, flush=True)
                await asyncio.sleep(1)

    async def visible(self) -> int:
        """How many messages could be received now."""
        names = ["ApproximateNumberOfMessages"]
        answer = await self._call("GetQueueAttributes", {"AttributeNames": names})
        return int(answer["Attributes"][names[0]])

    async def _read_once(self) -> bool:
        await self._slots.acquire()
        messages: list[dict[str, Any]] = []
        try:
            self._news.clear()
            while len(messages) < self.mapped.batch:
                wanted = min(10, self.mapped.batch - len(messages))
                more = await self._receive(wanted)
                messages += more
                if len(more) < wanted:
                    break
        finally:
            if not messages:
                self._slots.release()
        if not messages:
            return False
        task = asyncio.create_task(self._handle(messages))
        self._batches.add(task)
        task.add_done_callback(self._batches.discard)
        return True

    async def _receive(self, most: int) -> list[dict[str, Any]]:
        parameters = {
            "MaxNumberOfMessages": most,
            "WaitTimeSeconds": 0,
            "AttributeNames": ["All"],
            "MessageAttributeNames": ["All"],
        }
        return list((await self._call("ReceiveMessage", parameters)).get("Messages", []))

    async def _handle(self, messages: Sequence[Mapping[str, Any]]) -> None:
        try:
            event = json.dumps({"Records": [record(self.mapped.queue, message) for message in messages]})
            try:
                result = await self.lambdas.invoke(self.mapped.function, event.encode())
            except Throttled:
                # Lambda returns the batch; it becomes visible again after its visibility timeout.
                self.wake(self.mapped.visibility)
                return
            everything = {str(message["MessageId"]) for message in messages}
            failed: set[str] = set()
            if result.failed:
                failed = everything
            elif self.mapped.partial:
                failed = reported_failures(result.payload, everything)
            done = [message for message in messages if message["MessageId"] not in failed]
            for start in range(0, len(done), 10):
                entries = [
                    {"Id": str(number), "ReceiptHandle": message["ReceiptHandle"]}
                    for number, message in enumerate(done[start : start + 10])
                ]
                await self._call("DeleteMessageBatch", {"Entries": entries})
            if failed:
                self.wake(self.mapped.visibility)
        finally:
            self._slots.release()
            if self.mapped.queue.endswith(".fifo"):
                # The rest of a group waits for the messages before it, which are now out of the way.
                self.wake()

    async def _call(self, operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        loop = asyncio.get_running_loop()
        full = {"QueueUrl": self.url, **parameters}
        return await loop.run_in_executor(self.threads, self.moto.call, "sqs", f"AmazonSQS.{operation}", full)


def record(queue: str, message: Mapping[str, Any]) -> dict[str, Any]:
    """The message as Lambda's SQS event has it."""
    attributes = {
        name: {
            "stringValue": value.get("StringValue"),
            "binaryValue": value.get("BinaryValue"),
            "stringListValues": [],
            "binaryListValues": [],
            "dataType": value["DataType"],
        }
        for name, value in message.get("MessageAttributes", {}).items()
    }
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message.get("Attributes", {}),
        "messageAttributes": attributes,
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{queue}",
        "awsRegion": REGION,
    }


def reported_failures(payload: bytes, everything: set[str]) -> set[str]:
    """What a function leaves in the queue; a report that names no message of the batch leaves everything."""
    try:
        report = json.loads(payload or b"null") or {}
        failed = {item["itemIdentifier"] for item in report.get("batchItemFailures") or []}
    except (ValueError, TypeError, KeyError, AttributeError):
        return everything
    return failed if failed <= everything else everything


def _delay(entry: Mapping[str, Any]) -> float:
    return float(entry.get("DelaySeconds") or entry.get("VisibilityTimeout") or 0)


def _bare_name(function: str) -> str:
    """The function's name out of a name or an ARN, with or without version."""
    return function.split(":")[6] if function.startswith("arn:") else function.split(":")[0]
