"""A phone from its code to STOP and START, over everything between: consumers, queues, workers, callbacks.

Twilio is our own server of its protocol (tests/phones/twilio_server.py). On a platform of its own, whose clock moves
and which sends one WhatsApp message and one text message a day.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3
import psycopg
import pytest

from local.cloud.account import REGION
from local.platform import Platform
from tests.journeys.client import API, PATIENT, Person, send, until
from tests.journeys.deals import Deal, today
from tests.phones.twilio_server import TwilioServer, post, signed

NUMBER = "+12025550142"
REMINDER, NEWS = f"HX{1:032x}", f"HX{2:032x}"
TEMPLATES = {
    REMINDER: (
        "Hello {{1}},\n\nYour payment of ${{2}} for {{3}} is due on {{4}}.\n\n"
        "Payment Details:\n- Amount: ${{2}}\n- Due Date: {{4}}\n- Invoice: {{5}}\n\nThank you!"
    ),
    NEWS: "News for you: {{1}}. {{2}}.\n\nDetails: {{3}}\n\nReply STOP to end these messages.",
}
LIMITS = {"WHATSAPP_A_DAY": "1", "SMS_A_DAY": "1"}


@dataclass
class Story:
    """A client with three leases that begin on the same day."""

    platform: Platform
    twilio: TwilioServer
    client: Person
    deals: list[Deal]

    @property
    def callback(self) -> str:
        return f"{self.platform.url}{API}/webhooks/twilio"

    def advance(self, days: int) -> None:
        answer = send(self.platform.url, "POST", "/_local/clock", {"advance_days": days}, timeout=600)
        assert answer.status == 200, answer

    def wait_for(self, name: str, times: int) -> None:
        """Until phones were told of so many events of that name."""
        sql = """SELECT count(*) FROM inbox i JOIN outbox o ON o.id = i.event_id
                 WHERE i.consumer = 'tell_phones' AND o.name = %s"""

        def told() -> bool:
            with psycopg.connect(self.platform.database_url) as database:
                return database.execute(sql, [name]).fetchone() == (times,)

        until(told)

    def reminders(self) -> list[str]:
        """The channels of the reminders that the phone got."""
        return [channel for channel, text in self.twilio.sent_to(NUMBER) if "Payment Details:" in text]

    def mails(self) -> list[Any]:
        """The mails in place of reminders."""
        found = send(self.platform.url, "GET", f"/_local/mailbox?to={self.client.email}").json["data"]
        return [mail for mail in found if mail["subject"] == "Payment Due Soon"]

    def say(self, word: str) -> None:
        assert post(self.callback, self.twilio.said(NUMBER, word, whatsapp=True)) == 204


@pytest.fixture(scope="module")
def story(templates: Path) -> Iterator[Story]:
    twilio = TwilioServer(TEMPLATES)
    with Platform(templates=templates, environment=PATIENT | LIMITS, rate_limit_scale=1000) as platform:
        secrets = boto3.client(
            "secretsmanager",
            endpoint_url=platform.aws_url,
            region_name=REGION,
            aws_access_key_id=platform.details["aws_access_key_id"],
            aws_secret_access_key=platform.details["aws_secret_access_key"],
        )
        account = json.dumps(twilio.account({"payment_reminder": REMINDER, "news.en": NEWS}))
        secrets.put_secret_value(SecretId="leasing-local-twilio", SecretString=account)
        owner, client = Person(platform, "OWNER"), Person(platform, "CLIENT")
        start = (today().replace(day=1) + timedelta(days=62)).replace(day=1)
        deals = [Deal(owner, client, start=start) for _ in range(3)]
        for deal in deals:
            deal.conclude("SIGNED")
        yield Story(platform, twilio, client, deals)
        twilio.close()


def test_a_phone_from_its_code_to_stop_and_start(story: Story) -> None:
    client, twilio = story.client, story.twilio
    assert client.ask("POST", "/users/me/phone", {"phone": "+1 202 555 0142"}).status == 202
    [(_, text)] = until(lambda: twilio.sent_to(NUMBER) or None)
    confirmed = client.do("POST", "/users/me/phone/confirm", code=text.partition("code is ")[2][:6])
    assert confirmed["phone"] == NUMBER

    first = min(payment["due_date"] for deal in story.deals for payment in deal.payments())
    days = (type(today()).fromisoformat(first) - today()).days
    story.advance(days - 4)
    story.wait_for("payment.invoiced", 3)
    channels = {"payment_event": {"whatsapp": True, "email": False}}
    client.do("PUT", "/users/me/notification-preferences", kinds=channels)

    # Three reminders on one day, of which one goes each way.
    story.advance(1)
    until(lambda: len(story.reminders()) == 2 and len(story.mails()) == 1)
    assert sorted(story.reminders()) == ["sms", "whatsapp"]
    [message] = [one for one in twilio.messages if one.to == f"whatsapp:{NUMBER}"]
    assert f"Hello {client.name},\n\nYour payment of $4,800.00 for Suite" in message.body

    # Twilio reports that it arrived; nobody else can.
    assert message.callback is not None
    _, form = twilio.status(message, "delivered")
    path = message.callback.removeprefix(story.platform.url)
    forged = send(story.platform.url, "POST", path, b"MessageStatus=failed", signed("elsewhere", form))
    assert (forged.status, forged.code) == (401, "FORGED_MESSAGE")
    assert post(message.callback, form) == 204
    with psycopg.connect(story.platform.database_url) as database:
        rows = database.execute("SELECT status FROM sent_notices WHERE sid = %s", [message.sid]).fetchall()
    assert rows == [("DELIVERED",)]

    story.say("STOP")
    before = len(twilio.sent_to(NUMBER)), len(story.mails())
    story.advance(31)
    story.wait_for("payment.due_soon", 6)
    assert client.get("/notifications", limit=100)["data"]
    assert (len(twilio.sent_to(NUMBER)), len(story.mails())) == before

    story.say("START")
    story.advance(31)
    story.wait_for("payment.due_soon", 9)
    until(lambda: len(story.reminders()) > 2)
