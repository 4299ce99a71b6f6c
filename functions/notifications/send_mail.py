"""Send queued e-mails.

Hands e-mails to SES, outside the VPC. One at a time: a batch that crashes half-way would send its first half again.
An e-mail that SES does not accept in four attempts goes to the dead-letter queue, from where it can be sent again.
The queue itself delivers an e-mail only once (stacks/platform.py); otherwise four attempts would become many.
"""

import time
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from shared.kit.aws import AwsError
from shared.kit.consumer import worker
from shared.kit.errors import Unavailable
from shared.kit.settings import resource
from shared.notifications.mail import Mail, opened

PAUSES = (1, 2, 4)
"""Seconds between the attempts (S0 §10.3)."""

CONNECT_SECONDS, ANSWER_SECONDS = 2, 5
TIMEOUT = 45
"""Seconds: enough for four attempts that time out, and the pauses between them."""


@worker("mail", batch=1, uses=("ses.send", "token_key.decrypt"), timeout=TIMEOUT)
def send_mail(message: dict[str, Any]) -> None:
    mail = None
    for pause in (*PAUSES, None):
        try:
            mail = mail or opened(message)
            _send(mail)
            return
        except (AwsError, BotoCoreError, ClientError, Unavailable):
            if pause is None:
                raise
            time.sleep(pause)


def _send(mail: Mail) -> None:
    # We count the attempts ourselves: boto3 would add four of its own to each.
    once = Config(connect_timeout=CONNECT_SECONDS, read_timeout=ANSWER_SECONDS, retries={"total_max_attempts": 1})
    boto3.client("sesv2", config=once).send_email(
        FromEmailAddress=resource("ses"),
        Destination={"ToAddresses": [mail.to]},
        Content={
            "Simple": {
                "Subject": _content(mail.subject),
                "Body": {"Text": _content(mail.text), "Html": _content(mail.html)},
            }
        },
    )


def _content(text: str) -> dict[str, str]:
    # Without a charset SES reads 7-bit ASCII.
    return {"Data": text, "Charset": "UTF-8"}
