"""How a mail goes out: sealed in its queue, four tries, then the dead letters (quality 29, 75)."""

import json
import os
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from functions.auth.disable_second_factor import disable_second_factor
from functions.auth.login import login
from functions.auth.refresh import refresh
from functions.bids.get_bid import get_bid
from functions.bids.place_bid import place_bid
from functions.notifications import send_mail as module
from functions.notifications.compose_mail import compose_mail
from functions.notifications.send_mail import send_mail
from local.cloud.aws.mailbox import Mailbox
from shared.kit import tokens
from stacks.parts.queue import visibility_for
from tests.auth.authenticator import protected
from tests.auth.mailbox import mails_to
from tests.world import PASSWORD


class Ses:
    """What SES is asked to send; the first `failures` tries fail."""

    def __init__(self) -> None:
        self.failures = 0
        self.asked: list[dict[str, Any]] = []
        self.configs: list[Any] = []

    def client(self, name: str, config: Any) -> "Ses":
        self.configs.append(config)
        return self

    def send_email(self, **mail: Any) -> None:
        self.asked.append(mail)
        if len(self.asked) <= self.failures:
            raise ClientError({"Error": {"Code": "TooManyRequestsException"}}, "SendEmail")


@pytest.fixture
def ses(monkeypatch: pytest.MonkeyPatch) -> Ses:
    sink = Ses()
    monkeypatch.setattr(module, "boto3", sink)
    return sink


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    pauses: list[int] = []
    monkeypatch.setattr(module, "time", SimpleNamespace(sleep=pauses.append))
    return pauses


@pytest.fixture
def deal(world, call):
    """A bid on an owner's space, and the event that its mail is written for."""

    class Deal:
        owner, client = world.owner(name="Zoë <b>Owner</b>"), world.client()
        space = world.space(owner, name="Suite 29")
        bid = call(place_bid, as_=client, body={"space_id": space, "bid_amount": 4500}).json["id"]
        event = world.event_details(bid)[0]

    waiting()
    return Deal()


def waiting() -> list[str]:
    """The messages in the mail queue, taken off it."""
    sqs, url = boto3.client("sqs"), os.environ["MAIL_QUEUE_URL"]
    found = []
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            found.append(message["Body"])
    return found


def deliver(message: str) -> list[Any]:
    record = {"messageId": "1", "body": message, "attributes": {"ApproximateReceiveCount": "1"}}
    failed: list[Any] = send_mail({"Records": [record]}, None)["batchItemFailures"]
    return failed


def test_a_mail_is_sent_as_text_and_html_to_one_person(invoke, deal, ses):
    invoke(compose_mail, deal.event)
    [message] = waiting()

    assert deliver(message) == []

    [asked] = ses.asked
    content = asked["Content"]["Simple"]
    parts = (content["Subject"], content["Body"]["Text"], content["Body"]["Html"])
    assert asked["Destination"] == {"ToAddresses": [deal.owner.email]}
    assert [part["Charset"] for part in parts] == ["UTF-8"] * 3
    assert content["Subject"]["Data"] == "New Bid on Suite 29"
    assert "Zoë <b>Owner</b>" in content["Body"]["Text"]["Data"]
    assert "Zoë &lt;b&gt;Owner&lt;/b&gt;" in content["Body"]["Html"]["Data"]


@pytest.mark.parametrize(
    ("failures", "tries", "pauses", "dead"),
    [(0, 1, [], 0), (2, 3, [1, 2], 0), (3, 4, [1, 2, 4], 0), (9, 4, [1, 2, 4], 1)],
)
def test_a_mail_is_tried_four_times_and_then_dead_lettered(invoke, deal, ses, slept, failures, tries, pauses, dead):
    invoke(compose_mail, deal.event)
    [message] = waiting()
    ses.failures = failures

    assert len(deliver(message)) == dead
    assert (len(ses.asked), slept) == (tries, pauses)


def test_boto3_adds_no_tries_of_its_own_and_there_is_time_for_four(invoke, deal, ses):
    invoke(compose_mail, deal.event)
    deliver(*waiting())

    [config] = ses.configs
    assert config.retries == {"total_max_attempts": 1}
    # To open the mail, which is done once, KMS gets five seconds (shared/kit/aws.py).
    tries = 5 + 4 * (config.connect_timeout + config.read_timeout)
    assert tries + sum(module.PAUSES) < send_mail.operation.timeout


def test_a_mail_that_kms_cannot_decrypt_is_retried(monkeypatch, invoke, deal, ses, slept):
    invoke(compose_mail, deal.event)
    [message] = waiting()
    with monkeypatch.context() as broken:
        broken.setenv("TOKEN_KEY_ID", "missing")
        assert len(deliver(message)) == 1

    assert (ses.asked, slept) == ([], [1, 2, 4])


def test_a_deal_continues_even_if_its_mail_fails(world, call, invoke, deal, ses, slept, monkeypatch):
    ses.failures = 9
    with monkeypatch.context() as broken:
        broken.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
        assert invoke(compose_mail, deal.event) == ["message-0"]
    assert invoke(compose_mail, deal.event) == []
    [message] = waiting()
    deliver(message)

    assert call(get_bid, as_=deal.owner, path={"bid_id": deal.bid}).json["status"] == "PENDING"
    assert world.events(deal.bid) == ["bid.placed"]


def test_a_mail_composed_again_after_a_crash_is_queued_once(world, invoke, deal):
    invoke(compose_mail, deal.event)
    # The commit that would have remembered the event did not come.
    world.sql("DELETE FROM inbox WHERE consumer = 'compose_mail' AND event_id = %(id)s", id=deal.event["id"])
    invoke(compose_mail, deal.event)

    assert len(waiting()) == 1
    # It comes again when it is visible again, and a FIFO queue remembers for 300 seconds.
    assert visibility_for(compose_mail.operation.timeout) < 300


def test_neither_queue_nor_dead_letters_show_an_address_a_name_or_a_token(world, invoke, deal):
    """Quality 75: people read the dead letters."""
    token_id = world.sql("SELECT gen_random_uuid() AS id")[0]["id"]
    registered = deal.event | {
        "id": token_id,
        "name": "user.verification_requested",
        "actor": deal.client.id,
        "data": {"verification_id": str(token_id)},
    }
    invoke(compose_mail, deal.event, registered)

    messages = waiting()
    assert len(messages) == 2
    for message in messages:
        assert set(json.loads(message)) == {"event", "event_id", "user_id", "correlation_id", "sealed"}
        for canary in (deal.owner.email, deal.client.email, "Zoë", "Suite 29", "token="):
            assert canary not in message


def test_a_long_mail_is_sealed_in_pieces(world, invoke, call):
    owner = world.owner(name="".join(chr(0x4E00 + number * 37 % 20000) for number in range(255)))
    space = world.space(owner, name="".join(chr(0x1F300 + number * 61 % 700) for number in range(255)))
    body = {"space_id": space, "bid_amount": 4500}
    bid = call(place_bid, as_=world.client(name="".join(chr(0xAC00 + n * 43 % 11000) for n in range(255))), body=body)
    invoke(compose_mail, *world.event_details(bid.json["id"]))

    [mail] = mails_to(owner.email)
    assert owner.name in mail["text"]


def test_ses_itself_takes_the_mail_and_the_mailbox_shows_both_forms(aws, invoke, deal, monkeypatch):
    boto3.client("sesv2").create_email_identity(EmailIdentity="leasing@example.com")
    invoke(compose_mail, deal.event)
    [message] = waiting()
    assert deliver(message) == []

    sink = Ses()
    monkeypatch.setattr(module, "boto3", sink)
    deliver(message)
    request = type("Request", (), {"path": "/v2/email/outbound-emails", "parameters": sink.asked[0]})
    mailbox = Mailbox()
    mailbox.keep(request)  # type: ignore[arg-type]
    [shown] = mailbox.to(deal.owner.email)
    assert shown["subject"] == "New Bid on Suite 29"
    assert shown["text"].startswith("Hello Zoë")
    assert shown["html"].startswith("<!doctype html>")


def test_the_owner_of_a_copied_refresh_token_gets_an_email(world, call, invoke):
    client = world.client()
    first = call(login, body={"email": client.email, "password": PASSWORD}).json
    second = call(refresh, body={"refresh_token": first["refresh_token"]}).json
    call(refresh, body={"refresh_token": second["refresh_token"]})
    assert call(refresh, body={"refresh_token": first["refresh_token"]}).code == "REFRESH_TOKEN_REUSED"
    event = world.event_details(tokens.verify(first["token"])["sid"])[-1]
    assert event["name"] == "session.revoked"

    assert invoke(compose_mail, event) == []

    [mail] = mails_to(client.email)
    assert "ended" in mail["subject"]


def test_a_user_gets_an_email_when_two_factor_authentication_changes(world, call, invoke):
    client = world.client()
    _, codes = protected(call, client)
    assert call(disable_second_factor, as_=client, body={"password": PASSWORD, "code": codes[0]}).status == 200
    for name in ("enabled", "disabled"):
        [event] = [one for one in world.event_details(client.id) if one["name"] == f"user.second_factor_{name}"]

        assert event["name"] in compose_mail.operation.hears
        assert invoke(compose_mail, event) == []

        [mail] = mails_to(client.email)
        assert ("turned on" in mail["subject"]) == (name == "enabled")
        assert codes[1] not in str(mail)
