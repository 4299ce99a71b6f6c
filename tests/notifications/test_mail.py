"""The mails that events call for, and their way out."""

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from functions.auth.login import login
from functions.auth.refresh import refresh
from functions.notifications import send_mail as module
from functions.notifications.compose_mail import compose_mail
from functions.notifications.send_mail import send_mail
from shared.kit import tokens, wire
from shared.notifications.mail import verification
from tests.auth.test_verify_email import mails_to
from tests.world import PASSWORD

MAIL = {"to": "a@example.com", "subject": "Hello", "text": "text", "html": "<p>html</p>", "correlation_id": "x"}


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What SES is asked to send; each error in `failures` fails one try."""
    asked: list[dict[str, Any]] = []

    class Ses:
        failures = 0

        def send_email(self, **mail: Any) -> None:
            asked.append(mail)
            if Ses.failures:
                Ses.failures -= 1
                raise ClientError({"Error": {"Code": "TooManyRequestsException"}}, "SendEmail")

    monkeypatch.setattr(module.boto3, "client", lambda name: Ses())
    asked.append({"ses": Ses})
    return asked


def deliver(mail: dict[str, Any]) -> list[Any]:
    record = {"messageId": "1", "body": wire.render(mail), "attributes": {"ApproximateReceiveCount": "1"}}
    failed: list[Any] = send_mail({"Records": [record]}, None)["batchItemFailures"]
    return failed


def test_a_mail_goes_out_as_text_and_html(sent):
    assert deliver(MAIL) == []

    content = sent[1]["Content"]["Simple"]
    assert sent[1]["Destination"] == {"ToAddresses": ["a@example.com"]}
    assert content["Subject"]["Data"] == "Hello"
    assert (content["Body"]["Text"]["Data"], content["Body"]["Html"]["Data"]) == ("text", "<p>html</p>")


@pytest.mark.parametrize(("failures", "pauses", "parked"), [(0, [], 0), (2, [1, 2], 0), (4, [1, 2, 4], 1)])
def test_what_ses_does_not_take_is_tried_again_after_1_2_and_4_seconds(monkeypatch, sent, failures, pauses, parked):
    slept: list[int] = []
    monkeypatch.setattr(module.time, "sleep", slept.append)
    sent[0]["ses"].failures = failures

    assert len(deliver(MAIL)) == parked
    assert slept == pauses


def test_ses_itself_takes_the_mail(aws):
    boto3.client("sesv2").create_email_identity(EmailIdentity="leasing@example.com")

    assert deliver(MAIL) == []


def test_a_copied_refresh_token_is_told_to_its_owner(world, call, invoke):
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


def test_a_name_is_text_in_a_mail_and_never_markup():
    mail = verification({"name": "<img src=x>", "email": "a@example.com"}, "token")

    assert "<img" not in mail.html
    assert "&lt;img" in mail.html
    assert "<img src=x>" in mail.text
