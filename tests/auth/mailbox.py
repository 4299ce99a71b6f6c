"""What the platform has written to people: the mails that wait, sealed, in the queue."""

import json
import os
from dataclasses import asdict
from typing import Any

import boto3

from functions.notifications.send_mail import send_mail
from shared.kit.request import Request, begin
from shared.notifications.mail import opened


def mails_to(address: str) -> list[dict[str, Any]]:
    """The mails to that address, taken off the queue with all others."""
    return [mail for mail in mails() if mail["to"] == address]


def mails() -> list[dict[str, Any]]:
    """All mails, taken off the queue."""
    sqs, url = boto3.client("sqs"), os.environ["MAIL_QUEUE_URL"]
    found = []
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            found.append(json.loads(message["Body"]))
    begin(Request(send_mail.operation, "test"))
    return [asdict(opened(body)) for body in found]


def token_in(mail: dict[str, Any]) -> str:
    """The token of the mail's link, in both of its forms."""
    token = str(mail["text"]).partition("token=")[2].split()[0]
    assert f"token={token}" in mail["html"]
    return token
