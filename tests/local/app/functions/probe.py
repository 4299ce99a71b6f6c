"""Functions that tell the tests how the platform calls them."""

import json
import os
import time
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

_calls = 0


def echo(event: dict[str, Any], context: Any) -> dict[str, Any]:
    seen = {"event": event, "remaining": context.get_remaining_time_in_millis(), "environment": dict(os.environ)}
    headers = {"content-type": "application/json", "access-control-allow-origin": "*", "x-own": "1"}
    return {"statusCode": 200, "headers": headers, "cookies": ["a=1", "b=2"], "body": json.dumps(seen)}


def binary(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return {
        "statusCode": 200,
        "body": "JVBERg==",
        "isBase64Encoded": True,
        "headers": {"content-type": "application/pdf"},
    }


def authorize(event: dict[str, Any], context: Any) -> dict[str, Any]:
    global _calls
    _calls += 1
    token = event["identitySource"][0]
    return {"isAuthorized": token != "no", "context": {"token": token, "calls": _calls, "type": event["type"]}}


def break_down(event: dict[str, Any], context: Any) -> None:
    raise ValueError("broken on purpose")


def die(event: dict[str, Any], context: Any) -> None:
    os._exit(3)


def sleep(event: dict[str, Any], context: Any) -> None:
    time.sleep(30)


def hold(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Go on until the file is there that the event names."""
    with Path(os.environ["NOTES"]).open("a") as notes:
        notes.write(json.dumps({"what": "held"}) + "\n")
    while not Path(json.loads(event["body"])).exists():
        time.sleep(0.02)
    return {"statusCode": 200}


def ask_aws(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Call the operation that the event names, as this function's role."""
    asked = json.loads(event["body"])
    # Otherwise S3's forms are signed as they were before 2014.
    client = boto3.client(
        asked["service"], config=Config(signature_version="s3v4" if asked["service"] == "s3" else None)
    )
    try:
        answer = getattr(client, asked["operation"])(**asked["parameters"])
    except ClientError as error:
        return {"statusCode": 200, "body": json.dumps({"refused": error.response["Error"]["Code"]})}
    return {"statusCode": 200, "body": json.dumps(answer, default=str)}


def consume(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Note each message; those that say so fail, the first time or always."""
    failed = []
    for record in event["Records"]:
        note("consumed", record)
        wish = json.loads(record["body"])
        if "detail" in wish:
            wish = wish["detail"]
        time.sleep(wish.get("seconds", 0))
        first = record["attributes"]["ApproximateReceiveCount"] == "1"
        if wish.get("fails") == "always" or (wish.get("fails") == "once" and first):
            failed.append({"itemIdentifier": record["messageId"]})
        note("done", record)
    return {"batchItemFailures": failed}


def note(what: str, record: dict[str, Any]) -> None:
    line = {"what": what, "at": time.time(), "body": json.loads(record["body"]), "attributes": record["attributes"]}
    with Path(os.environ["NOTES"]).open("a") as notes:
        notes.write(json.dumps(line) + "\n")


def connect(event: dict[str, Any], context: Any) -> dict[str, Any]:
    token = (event.get("queryStringParameters") or {}).get("token")
    return {"statusCode": {"bad": 401, "forbidden": 403}.get(token or "", 200)}


def disconnect(event: dict[str, Any], context: Any) -> dict[str, Any]:
    with Path(os.environ["NOTES"]).open("a") as notes:
        notes.write(json.dumps({"what": "disconnected", "connection": event["requestContext"]["connectionId"]}) + "\n")
    return {"statusCode": 200}


def answer(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return {"statusCode": 200, "body": json.dumps({"event": "answer", "seen": event})}


def push(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Post a frame to the connection that asks, and to one that never was."""
    connections = boto3.client("apigatewaymanagementapi", endpoint_url=os.environ["SOCKET_ENDPOINT"])
    connections.post_to_connection(ConnectionId=event["requestContext"]["connectionId"], Data=b'{"event":"pushed"}')
    try:
        connections.post_to_connection(ConnectionId="gone=", Data=b"{}")
    except ClientError as error:
        return {"statusCode": 200, "body": json.dumps({"gone": error.response["Error"]["Code"]})}
    return {"statusCode": 200}


def migrate(event: dict[str, Any], context: Any) -> None:
    """What runs at a deployment; the schema is there already, as the platform starts from a migrated database."""
    if os.environ.get("FAIL_MIGRATION"):
        raise ValueError("the schema is wrong on purpose")


def daily(event: dict[str, Any], context: Any) -> None:
    """A job: it notes the day and leaves a message that must be done before the day is over."""
    body = json.dumps({"day": True})
    boto3.client("sqs").send_message(QueueUrl=os.environ["WORK_QUEUE_URL"], MessageBody=body)


def start(event: dict[str, Any], context: Any) -> dict[str, Any]:
    task = {"token": event["token"]}
    with Path(os.environ["NOTES"]).open("a") as notes:
        notes.write(json.dumps({"what": "waiting", **task}) + "\n")
    return {}


def finish(event: dict[str, Any], context: Any) -> dict[str, Any]:
    with Path(os.environ["NOTES"]).open("a") as notes:
        notes.write(json.dumps({"what": "finished", "input": event}) + "\n")
    return {}
