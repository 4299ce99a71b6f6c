"""Phones of people, and the functions that write to them, handed what the bus and the queues would hand them."""

import json
import os
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import boto3

from functions.phones.confirm_phone import confirm_phone
from functions.phones.receive_twilio import receive_twilio
from functions.phones.record_messages import record_messages
from functions.phones.request_phone import request_phone
from functions.phones.send_code import send_code
from functions.phones.send_push import send_push
from functions.phones.send_text import send_text
from functions.users.update_notification_preferences import update_notification_preferences
from shared.phones.wording import NEWS, REMINDER, numbered
from tests.bus import Bus
from tests.call import call, invoke
from tests.phones.twilio_server import TwilioServer, signed

CONTENTS = {"HX" + "1" * 32: numbered(REMINDER), "HX" + "2" * 32: numbered(NEWS)}
CONTENT_SIDS = {"payment_reminder": "HX" + "1" * 32, "news.en": "HX" + "2" * 32}
CALLBACK = "http://127.0.0.1:8000/api/v1/webhooks/twilio"
WORKERS = {"TEXTS_QUEUE_URL": send_text, "DEVICE_PUSHES_QUEUE_URL": send_push}


class Messaging:
    """The way from an event to a phone."""

    def __init__(self, world: Any, server: TwilioServer) -> None:
        self.world, self.server = world, server
        self.bus = Bus("phones-heard", record_messages.operation.hears)
        self.waiting()
        self._number = 0

    def number(self) -> str:
        """One that nobody has."""
        self._number += 1
        return f"+1202555{self._number % 10_000:04d}"

    def phone(self, user: Any, number: str | None = None, **channels: bool) -> str:
        """The user's confirmed phone, which hears of payments by these channels."""
        number = number or self.number()
        asked = call(request_phone, as_=user, body={"phone": number})
        assert asked.status == 202, asked.json
        code = self.code(asked.json["id"], number)
        assert call(confirm_phone, as_=user, body={"code": code}).status == 200
        if channels:
            self.choose(user, kinds={"payment_event": channels})
        return number

    def code(self, phone_id: str, number: str) -> str:
        """The code that the number was sent."""
        assert invoke(send_code, *self.world.event_details(phone_id)[:1]) == []
        self.work()
        return self.server.sent_to(number)[-1][1].partition("Your code is ")[2][:6]

    def choose(self, user: Any, **body: Any) -> None:
        assert call(update_notification_preferences, as_=user, body=body).status == 200

    def waiting(self) -> list[tuple[Any, dict[str, Any]]]:
        """What waits in the queues, taken off them, and who works on it."""
        sqs, found = boto3.client("sqs"), []
        for variable, worker in WORKERS.items():
            url = os.environ[variable]
            while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
                for message in messages:
                    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                    found.append((worker, json.loads(message["Body"])))
        return found

    def work(self, receives: int = 1, **changes: Any) -> list[dict[str, Any]]:
        """Send what waits, and record what came of it; the messages that failed."""
        failed = [body for worker, body in self.waiting() if hand(worker, body | changes, receives)]
        assert invoke(record_messages, *self.bus.heard()) == []
        return failed

    def post(self, form: dict[str, str], address: str = CALLBACK, **headers: str) -> Any:
        """The answer to a callback."""
        query = dict(parse_qsl(urlsplit(address).query))
        return call(receive_twilio, body=urlencode(form), query=query or None, headers=signed(address, form) | headers)

    def say(self, number: str, text: str, **named: Any) -> dict[str, str]:
        """Somebody writes to us; the form that says so."""
        form = self.server.said(number, text, **named)
        assert self.post(form).status == 204
        return form

    def status(self, message: Any, status: str, error_code: int | None = None) -> None:
        """Twilio reports how it stands with a message, and the platform goes on from there."""
        address, form = self.server.status(message, status, error_code)
        assert self.post(form, address).status == 204
        about = dict(parse_qsl(urlsplit(address).query))["notice"]
        events = [event for event in self.world.event_details(about) if event["name"] == "text.undelivered"]
        assert invoke(record_messages, *events) == []
        self.work()


def hand(worker: Any, body: dict[str, Any], receives: int = 1) -> bool:
    """Hand a message to a worker; whether it failed."""
    record = {
        "messageId": "1",
        "body": json.dumps(body),
        "attributes": {"ApproximateReceiveCount": str(receives), "MessageGroupId": "1"},
    }
    return bool(worker({"Records": [record]}, None)["batchItemFailures"])
