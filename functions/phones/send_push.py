"""Send push notifications.

Hands queued notifications to Amazon SNS, which hands them to Google and Apple, outside the VPC. A device whose token
its platform no longer knows is forgotten. The queue delivers each notification once; what SNS does not take in four
attempts goes to the dead-letter queue.
"""

import json
import re
import time
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from shared.kit.aws import AwsError
from shared.kit.consumer import worker
from shared.kit.errors import Unavailable
from shared.kit.secret import secret
from shared.phones.messages import REPORTING, Push, opened_push, report

PAUSES = (1, 2, 4)
"""Seconds between the attempts."""
TIMEOUT = 60

_KNOWN = re.compile(r"Endpoint (\S+) already exists")


@worker(
    "device_pushes",
    batch=1,
    uses=("push_apps.read", "sns_push.register", "sns_push.send", "token_key.decrypt", *REPORTING),
    timeout=TIMEOUT,
)
def send_push(message: dict[str, Any]) -> None:
    for pause in (*PAUSES, None):
        try:
            _send(message)
            return
        except (AwsError, BotoCoreError, ClientError, Unavailable):
            if pause is None:
                raise
            time.sleep(pause)


def _send(message: dict[str, Any]) -> None:
    push = opened_push(message)
    application = secret("push_apps").get(push.platform)
    if not application:
        # Until an operator has registered with the platform, there is nobody to hand it to.
        report("push.refused", message, error_code="NOT_CONFIGURED")
        return
    # We count the attempts ourselves: boto3 would add four of its own to each.
    sns = boto3.client("sns", config=Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 1}))
    endpoint = None
    try:
        endpoint = _endpoint(sns, application, push.token)
        sns.publish(TargetArn=endpoint, MessageStructure="json", Message=_payload(application, push))
    except ClientError as error:
        if not _is_dead(error):
            raise
        if endpoint:
            sns.delete_endpoint(EndpointArn=endpoint)
        known = {name: message[name] for name in ("device_id", "token_hash")}
        report("device.unreachable", message, **known)
        return
    report("push.sent", message)


def _endpoint(sns: Any, application: str, token: str) -> str:
    """The device's address at SNS: a new one, or the one that it has."""
    try:
        return str(sns.create_platform_endpoint(PlatformApplicationArn=application, Token=token)["EndpointArn"])
    except ClientError as error:
        # One that SNS has disabled since is another one to it, and is named in the refusal alone.
        known = _KNOWN.search(error.response["Error"]["Message"])
        if known is None:
            raise
        return known[1]


def _is_dead(error: ClientError) -> bool:
    """Whether the app was deleted from the device, or this never was a token."""
    told = error.response["Error"]
    is_no_token = told["Code"].startswith("InvalidParameter") and "Token" in told["Message"]
    return told["Code"].startswith("EndpointDisabled") or is_no_token


def _payload(application: str, push: Push) -> str:
    """What each platform takes; the last one's name stands in the application's ARN."""
    platform = application.rpartition("app/")[2].partition("/")[0]
    if platform.startswith("APNS"):
        shown: dict[str, Any] = {"aps": {"alert": {"title": push.title, "body": push.body}}, "url": push.url}
    else:
        notification = {"title": push.title, "body": push.body}
        shown = {"fcmV1Message": {"message": {"notification": notification, "data": {"url": push.url}}}}
    return json.dumps({"default": push.body, platform: json.dumps(shown)})
