"""Hands queued mails to SES, outside the VPC.

One at a time: a batch that dies half-way would send its first half again. What SES does not take in
four tries goes back to the queue, and from there to its dead-letter queue, where it can be sent again.
"""

import time
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from shared.kit.consumer import worker
from shared.kit.settings import resource

PAUSES = (1, 2, 4)
"""Seconds between the tries (source 000, 10.3)."""


@worker("mail", batch=1, uses=("ses.send",), timeout=30)
def send_mail(mail: dict[str, Any]) -> None:
    for pause in (*PAUSES, None):
        try:
            _send(mail)
            return
        except (BotoCoreError, ClientError):
            if pause is None:
                raise
            time.sleep(pause)


def _send(mail: dict[str, Any]) -> None:
    body = {"Text": {"Data": mail["text"]}, "Html": {"Data": mail["html"]}}
    boto3.client("sesv2").send_email(
        FromEmailAddress=resource("ses"),
        Destination={"ToAddresses": [mail["to"]]},
        Content={"Simple": {"Subject": {"Data": mail["subject"]}, "Body": body}},
    )
