"""A client's side of the WebSocket API, as API Gateway passes it on; and a look into our own queues."""

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import boto3
from jsonschema import Draft202012Validator

from shared.kit import wire
from shared.kit.ids import new_id
from tests.kept import keep
from tests.published import FORMATS, closed
from tools.describe import examples

FRAMES: dict[str, dict[str, Any]] = {}
"""One frame of each event that this run of the tests has sent or heard."""


class Client:
    """One socket."""

    def __init__(self, headers: dict[str, str] | None = None) -> None:
        self.id = f"{new_id().hex[-12:]}="
        self.headers = headers or {}

    def open(self, connect: Any, **query: str) -> int:
        """The status that opening the socket is answered with."""
        return int(connect(self._event(queryStringParameters=query or None, headers=self.headers), None)["statusCode"])

    def say(self, handler: Any, event: str, data: Any = None, **more: Any) -> dict[str, Any]:
        """The frame that a frame is answered with."""
        frame = {"event": event} | ({} if data is None else {"data": data}) | more
        text = wire.render(frame)
        if is_described(asked := json.loads(text)):
            FRAMES.setdefault(event, asked)
        return self.send(handler, text)

    def send(self, handler: Any, text: str) -> dict[str, Any]:
        answer = handler(self._event(body=text, isBase64Encoded=False), None)
        assert answer["statusCode"] == 200
        return described(json.loads(answer["body"]))

    def close(self, disconnect: Any) -> None:
        assert disconnect(self._event(), None)["statusCode"] == 200

    def _event(self, **more: Any) -> dict[str, Any]:
        identity = {"sourceIp": "203.0.113.7", "userAgent": "pytest"}
        return {"requestContext": {"connectionId": self.id, "identity": identity}, **more}


def described(frame: dict[str, Any]) -> dict[str, Any]:
    """The frame, which docs/asyncapi.json describes as it is, to its last field. Raises AssertionError."""
    schemas = _schemas()
    assert frame["event"] in schemas, frame
    problems = [problem.message for problem in schemas[frame["event"]].iter_errors(frame)]
    assert problems == [], frame
    FRAMES.setdefault(frame["event"], frame)
    return frame


def is_described(frame: dict[str, Any]) -> bool:
    """Whether docs/asyncapi.json has such a frame."""
    schema = _schemas().get(str(frame.get("event")))
    return schema is not None and schema.is_valid(frame)


def keep_frames() -> None:
    """Keep the frames of this run of which docs/examples has none yet, or one that is out of date."""
    known = examples.frames()
    news = {event: frame for event, frame in FRAMES.items() if not is_described(known.get(event, {}))}
    keep(examples.FRAMES, news)


@cache
def _schemas() -> dict[str, Draft202012Validator]:
    document = json.loads((Path(__file__).parents[2] / "docs" / "asyncapi.json").read_text())
    components = closed(document["components"])
    return {
        message["name"]: Draft202012Validator(
            closed(message["payload"]) | {"components": components}, format_checker=FORMATS
        )
        for message in components["messages"].values()
    }


def deliver(worker: Any, *bodies: dict[str, Any], groups: list[str] | None = None) -> list[str]:
    """Deliver queued messages to a worker in one batch; the ids of those that failed."""
    records = [
        {
            "messageId": f"message-{number}",
            "body": wire.render(body),
            "attributes": {"MessageGroupId": groups[number]} if groups else {},
        }
        for number, body in enumerate(bodies)
    ]
    return [failure["itemIdentifier"] for failure in worker({"Records": records}, None)["batchItemFailures"]]


def queued(variable: str) -> list[dict[str, Any]]:
    """Everything that waits in the queue which the environment variable names; it is empty afterwards."""
    sqs, url = boto3.client("sqs"), os.environ[variable]
    found: list[dict[str, Any]] = []
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            found.append(json.loads(message["Body"]))
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return found


def frames() -> dict[str, list[dict[str, Any]]]:
    """What waits to be pushed, in order, by connection."""
    heard: dict[str, list[dict[str, Any]]] = {}
    for message in queued("PUSH_QUEUE_URL"):
        for connection_id in message.get("connection_ids") or [message["connection_id"]]:
            told = [described(json.loads(each)) for each in message["frames"]]
            heard.setdefault(connection_id, []).extend(told)
    return heard
